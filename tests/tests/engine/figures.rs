//! Figures and documentation: `get_stats`, `/metrics`, `/health`, `get_api_doc`.

use candid::{CandidType, Decode, Deserialize, Encode};
use chime_tests::{Sender, World, call, every, in_virtual_time, note, retries, task};
use chime_types::{
    ConfigureRequest, CreateTaskRequest, EmptyRequest, GetApiDocResult, Percentiles,
};
use serde_bytes::ByteBuf;

use crate::support::{
    DAY, HOUR, SECOND, begin_at, configure, now, on_request, replica, show, show_as, taking_task,
};

/// Holds percentiles against exact values in seconds: they are known to an eighth.
fn check(percentiles: &Percentiles, exact: [u64; 3]) {
    let shown = [
        percentiles.p50_nanoseconds,
        percentiles.p95_nanoseconds,
        percentiles.p99_nanoseconds,
    ];
    for (shown, exact) in shown.into_iter().zip(exact) {
        let shown = shown.expect("a value") / (SECOND / 1_000);
        let exact = exact * 1_000;
        assert!((exact..=exact + exact / 8 + 1).contains(&shown), "{shown}");
    }
}

/// One at a time, each run 10 s: the n-th of twenty runs begins 10 n seconds late.
fn run_twenty(world: &mut World) {
    configure(
        world,
        &ConfigureRequest {
            maximum_concurrent: Some(1),
            ..ConfigureRequest::default()
        },
    );
    let made = world.create(&taking_task(world.callee, "slow", 10, on_request()));
    for _ in 0..20 {
        world.run_now(made.id);
    }
    assert_eq!(world.stats().parked, 19);
    world.pass(200);
}

#[test]
fn should_show_percentiles_counts_and_what_is_to_come() {
    in_virtual_time(|world| {
        begin_at(world, "2026-03-01T12:00:00Z");
        run_twenty(world);
        let failing = CreateTaskRequest {
            retry: Some(retries(0, 1)),
            ..task(
                "failing",
                vec![call(world.callee, "reject", "(\"no\")")],
                on_request(),
            )
        };
        let failing = world.create(&failing);
        let stats = world.stats();
        check(&stats.duration, [10, 10, 10]);
        check(&stats.lag, [90, 180, 190]);
        assert_eq!(
            stats.average_duration_nanoseconds.map(|at| at / SECOND),
            Some(10)
        );
        world.run_now(failing.id);
        for minutes in (1..=12).rev() {
            let name = format!("in {minutes} minutes");
            world.create(&task(&name, vec![note("x")], every(minutes * 60)));
        }
        let stats = world.stats();
        assert_eq!((stats.completed_today, stats.failed_today), (20, 1));
        assert_eq!((stats.total_tasks, stats.dead_letters), (14, 1));
        assert_eq!(stats.runs_this_hour, 21);
        let names: Vec<&str> = stats.upcoming.iter().map(|run| run.name.as_str()).collect();
        let expected: Vec<String> = (1..=10).map(|at| format!("in {at} minutes")).collect();
        assert_eq!(names, expected, "the first ten, in order");
        let is_sorted = stats.upcoming.is_sorted_by_key(|run| run.run_at);
        assert!(is_sorted && stats.upcoming[0].run_at == stats.next_wake_at.expect("a time"));
        assert_eq!(stats.now_at, now(world));
    });
}

#[test]
fn should_begin_the_figures_of_a_day_anew() {
    in_virtual_time(|world| {
        run_twenty(world);
        world.pass(DAY);
        let stats = world.stats();
        assert_eq!((stats.completed_today, stats.runs_this_hour), (0, 0));
        assert_eq!(stats.duration, Percentiles::default());
        assert_eq!(stats.total_tasks, 1);
    });
}

/// A request as the gateway of the network brings it.
#[derive(CandidType)]
struct GatewayRequest {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: ByteBuf,
}

#[derive(CandidType, Deserialize)]
struct GatewayResponse {
    status_code: u16,
    headers: Vec<(String, String)>,
    body: ByteBuf,
}

/// What the scheduler answers over plain HTTP to anybody: status, type, text.
fn http(world: &mut World, method: &str, url: &str) -> (u16, String, String) {
    let request = GatewayRequest {
        method: method.to_string(),
        url: url.to_string(),
        headers: Vec::new(),
        body: ByteBuf::new(),
    };
    let scheduler = world.scheduler;
    let bytes = Encode!(&request).expect("a request");
    let answer = world
        .network
        .query(Sender::Anonymous, scheduler, "http_request", bytes)
        .expect("no rejection");
    let response = Decode!(&answer, GatewayResponse).expect("a response");
    let kind = response
        .headers
        .iter()
        .find(|(name, _)| name == "content-type");
    let kind = kind.expect("a content type").1.clone();
    let text = String::from_utf8(response.body.into_vec()).expect("a text");
    (response.status_code, kind, text)
}

/// The value of a line of the metrics.
fn value(metrics: &str, name: &str) -> f64 {
    let line = metrics
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let value = line.unwrap_or_else(|| panic!("{name} is missing: {metrics}"));
    value.parse().expect("a number")
}

#[test]
fn should_serve_metrics_of_all_owners_to_a_collector() {
    in_virtual_time(|world| {
        begin_at(world, "2026-03-01T12:00:00Z");
        run_twenty(world);
        world.create(&task("secret name", vec![note("x")], every(60)));
        world.pass(120);
        let (status, kind, text) = http(world, "GET", "/metrics");
        assert_eq!(status, 200);
        assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
        for (name, expected) in [
            ("chime_tasks", 2.0),
            ("chime_executions_kept", 22.0),
            (r#"chime_executions_ended_total{state="completed"}"#, 22.0),
            (r#"chime_executions_today{state="failed"}"#, 0.0),
            ("chime_running", 0.0),
            ("chime_timer_armed", 1.0),
            ("chime_cycles_low", 0.0),
        ] {
            assert!(
                (value(&text, name) - expected).abs() < 0.5,
                "{name}: {text}"
            );
        }
        let median = value(&text, r#"chime_duration_seconds{quantile="0.5"}"#);
        assert!((10.0..11.3).contains(&median), "{median}");
        assert!(!text.contains("secret name"), "nothing of a single owner");
        assert_eq!(http(world, "HEAD", "/metrics?x=1").2, "");
        assert_eq!(http(world, "POST", "/metrics").0, 405);
        assert_eq!(http(world, "GET", "/").0, 404);
        configure(
            world,
            &ConfigureRequest {
                public_metrics: Some(false),
                ..ConfigureRequest::default()
            },
        );
        assert_eq!(http(world, "GET", "/metrics").0, 403);
    });
}

#[test]
fn should_serve_its_health_to_a_monitor() {
    in_virtual_time(|world| {
        let made = world.create(&task("hourly", vec![note("x")], every(HOUR)));
        let (status, kind, text) = http(world, "GET", "/health");
        assert_eq!((status, kind.as_str()), (200, "application/json"));
        let health: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(health["status"], "ok");
        let next = world.get(made.id).next_run_at.expect("a slot");
        assert_eq!(health["armed_at"], next);
        assert_eq!(health["next_wake_at"], next);
        let scheduler = world.scheduler;
        let view = replica(world).canister_view(&scheduler);
        let cycles = view.expect("a canister").cycles;
        configure(
            world,
            &ConfigureRequest {
                minimum_cycles: Some((cycles + 1_000_000_000_000).into()),
                ..ConfigureRequest::default()
            },
        );
        world.pass(HOUR);
        let (status, _, text) = http(world, "GET", "/health");
        assert_eq!(status, 503);
        let health: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(health["cycles_low"], true);
        assert!(
            health["problem"]
                .as_str()
                .expect("a text")
                .contains("cycles")
        );
    });
}

#[test]
fn should_answer_with_the_guide_and_the_interface() {
    in_virtual_time(|world| {
        let answer: GetApiDocResult = show(world, "get_api_doc", &EmptyRequest {});
        let doc = answer.into_result().expect("the documentation");
        assert!(doc.guide.starts_with("# "));
        for method in ["create_task", "preview_schedule", "list_dead_letters"] {
            assert!(doc.guide.contains(method), "{method}");
        }
        let scheduler = world.scheduler;
        let served = world.network.metadata(scheduler, "candid:service");
        assert_eq!(doc.interface.as_bytes(), served);
        let refused: GetApiDocResult =
            show_as(world, Sender::Anonymous, "get_api_doc", &EmptyRequest {});
        refused.into_result().expect_err("the anonymous principal");
    });
}
