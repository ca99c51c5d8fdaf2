//! What Chime's own job form says, and what is made of it.

use chime_types::{
    Action, CallArguments, CreateTaskRequest, Exclusion, HttpAction, HttpHeader, HttpMethod,
    HttpTransform, OnUnknown, OverlapPolicy,
};

use super::{Outcome, Plan, Step, read};

fn outcome(entry: &str) -> Outcome {
    outcome_of(&format!("tasks:\n- {{key: a, {entry}}}\n"))
}

fn outcome_of(text: &str) -> Outcome {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("jobs.yaml");
    std::fs::write(&path, text).unwrap();
    read(&[path]).remove(0).outcome
}

fn request(entry: &str) -> CreateTaskRequest {
    match outcome(entry) {
        Outcome::Task(declaration) => declaration.request,
        other => panic!("{entry}: {other:?}"),
    }
}

fn refusal(entry: &str) -> String {
    match outcome(entry) {
        Outcome::Refused(refusal) => refusal.to_string(),
        other => panic!("{entry}: {other:?}"),
    }
}

fn action(entry: &str) -> Action {
    request(entry).steps.remove(0).action
}

#[test]
fn should_read_what_a_schedule_may_say() {
    let request = request(
        "note: x, every: 60, overlap: buffer_all, maximum_runs: 5, jitter: 10s, missed_window: 1h",
    );
    let schedule = &request.schedules[0];
    assert_eq!(schedule.overlap, Some(OverlapPolicy::BufferAll));
    assert_eq!(schedule.maximum_runs, Some(5));
    assert_eq!(schedule.jitter_seconds, Some(10));
    assert_eq!(schedule.missed_window_seconds, Some(3_600));
    for (name, policy) in [
        ("skip", OverlapPolicy::Skip),
        ("buffer_one", OverlapPolicy::BufferOne),
        ("cancel_other", OverlapPolicy::CancelOther),
        ("terminate_other", OverlapPolicy::TerminateOther),
        ("allow_all", OverlapPolicy::AllowAll),
    ] {
        let request = self::request(&format!("note: x, every: 60, overlap: {name}"));
        assert_eq!(request.schedules[0].overlap, Some(policy));
    }
}

#[test]
fn should_read_exclusions_in_every_form() {
    let request = request(
        "note: x, every: 60, exclusions: [{date: '2030-12-25'}, \
         {from: '2030-12-24', to: '2031-01-02'}, {weekdays: [saturday, sun, 1]}, \
         {cron: '* 12-13 * * *'}]",
    );
    let dates = |from: &str, to: Option<&str>| Exclusion::Dates {
        from: from.into(),
        to: to.map(str::to_string),
    };
    let expected = vec![
        dates("2030-12-25", None),
        dates("2030-12-24", Some("2031-01-02")),
        Exclusion::Weekdays {
            weekdays: vec![6, 0, 1],
        },
        Exclusion::Cron {
            expression: "* 12-13 * * *".into(),
        },
    ];
    assert_eq!(request.schedules[0].exclusions, Some(expected));
}

#[test]
fn should_read_what_a_task_may_say() {
    let request = request(
        "note: x, execution_timeout: 1h, maximum_concurrent: 3, pause_after_failures: 10, \
         on_unknown: complete, retries: 7, retry_delay: 2s, retry_jitter: 20, \
         retry_maximum_age: 1h, terminal_errors: [no such account]",
    );
    assert_eq!(request.execution_timeout_seconds, Some(3_600));
    assert_eq!(request.maximum_concurrent, Some(3));
    assert_eq!(request.pause_after_failures, Some(10));
    assert_eq!(request.on_unknown, Some(OnUnknown::Complete));
    let retry = request.retry.unwrap();
    assert_eq!((retry.max_retries, retry.initial_delay_seconds), (7, 2));
    assert_eq!(retry.jitter_percent, Some(20));
    assert_eq!(retry.maximum_age_seconds, Some(3_600));
    assert_eq!(
        retry.terminal_errors,
        Some(vec!["no such account".to_string()])
    );
    assert_eq!(self::request("note: x").retry, None);
}

#[test]
fn should_read_steps_that_may_fail_and_commands_of_a_queue() {
    let steps = request(
        "steps: [{http: 'https://example.com/', continue_on_error: true}, \
         {command: ./report.sh, queue: reports}, {command: ./rest.sh}]",
    )
    .steps;
    assert_eq!(steps[0].continue_on_error, Some(true));
    assert_eq!(steps[1].continue_on_error, None);
    let queue = |action: &Action| match action {
        Action::Command { queue, .. } => queue.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(queue(&steps[1].action).as_deref(), Some("reports"));
    assert_eq!(queue(&steps[2].action), None);
}

#[test]
fn should_read_http_requests_short_and_long() {
    let request = HttpAction::get("https://example.com/health");
    assert_eq!(
        action("http: 'https://example.com/health'"),
        Action::Http { request }
    );
    let request = HttpAction {
        method: Some(HttpMethod::Post),
        headers: Some(vec![HttpHeader {
            name: "x-key".into(),
            value: "{{secrets.KEY}}".into(),
        }]),
        body: Some(r#"{"task":"{{task_name}}"}"#.into()),
        max_response_bytes: Some(1_000),
        expected_status: Some(vec![200, 409]),
        transform: Some(HttpTransform::Json {
            pointers: vec!["/id".into()],
        }),
        replicated: Some(false),
        ..HttpAction::get("https://example.com/hook")
    };
    let long = "http: {url: 'https://example.com/hook', method: post, \
                headers: {x-key: '{{secrets.KEY}}'}, body: {task: '{{task_name}}'}, \
                max_response_bytes: 1000, expected_status: [200, 409], \
                transform: {json: [/id]}, replicated: false}";
    assert_eq!(action(long), Action::Http { request });
}

#[test]
fn should_read_calls_with_context_and_placeholders() {
    let call = "call: {canister: aaaaa-aa, method: m, arguments: '({{execution_id}} : nat64)', \
                with_context: true, error_cases: []}";
    let Action::Call {
        arguments,
        with_context,
        error_cases,
        ..
    } = action(call)
    else {
        panic!("no call");
    };
    let value = "({{execution_id}} : nat64)".to_string();
    assert_eq!(arguments, Some(CallArguments::Text { value }));
    assert_eq!(with_context, Some(true));
    assert_eq!(error_cases, Some(vec![]));
}

#[test]
fn should_refuse_what_makes_no_sense() {
    for (entry, words) in [
        (
            "note: x, every: 60, overlap: queue",
            "overlap: `queue` is not known",
        ),
        (
            "note: x, maximum_concurrent: 0",
            "maximum_concurrent: 0 is not a limit",
        ),
        (
            "note: x, maximum_concurrent: 201",
            "maximum_concurrent: 201 is too large",
        ),
        (
            "note: x, retry_jitter: 101",
            "retry_jitter: 101 is too large",
        ),
        (
            "note: x, terminal_errors: [1]",
            "terminal_errors[0]: must be text",
        ),
        ("note: x, queue: q", "queue: only a command has a queue"),
        (
            "note: x, every: 60, exclusions: [{weekdays: [funday]}]",
            "exclusions[0].weekdays[0]: must be a weekday",
        ),
        (
            "note: x, every: 60, exclusions: [{date: '2030-02-30'}]",
            "tasks[0].exclusions[0].dates.from",
        ),
        (
            "note: x, every: 60, exclusions: [{date: '2030-01-01', cron: '* * * * *'}]",
            "exclusions[0]: the exclusion is not one form",
        ),
        (
            "http: 'http://example.com'",
            "http: `http://example.com` does not begin with https://",
        ),
        (
            "http: {url: 'https://x', body: y}",
            "http.body: a request of the method get has no body",
        ),
        (
            "http: {url: 'https://x', expected_status: [20]}",
            "http.expected_status[0]: must be a status",
        ),
        (
            "http: {url: 'https://x', transform: {json: [price]}}",
            "http.transform: must be a transform",
        ),
        (
            "http: {url: 'https://x', header: y}",
            "http.header: the field is not known",
        ),
        ("note: x, http: 'https://x'", "more than one action"),
    ] {
        let text = refusal(entry);
        assert!(text.contains(words), "{entry}: {text}");
    }
}

#[test]
fn should_take_limits_away_that_the_file_no_longer_names() {
    let declared = |entry: &str| match outcome(entry) {
        Outcome::Task(declaration) => *declaration,
        other => panic!("{entry}: {other:?}"),
    };
    let before = declared("note: x, maximum_concurrent: 3, execution_timeout: 60");
    let Step::Create(request) = Plan::new(vec![]).declare(&before, "jobs.yaml") else {
        panic!("not created");
    };
    let task = chime_types::Task {
        metadata: request.metadata.unwrap(),
        maximum_concurrent: request.maximum_concurrent,
        execution_timeout_seconds: request.execution_timeout_seconds,
        pause_after_failures: Some(3),
        ..crate::fixtures::task(1, "a")
    };
    let Step::Update(change) = Plan::new(vec![task]).declare(&declared("note: x"), "jobs.yaml")
    else {
        panic!("not updated");
    };
    let update = change.update.unwrap();
    assert_eq!(update.maximum_concurrent, Some(0));
    assert_eq!(update.execution_timeout_seconds, Some(0));
    assert_eq!(update.pause_after_failures, Some(0));
}

#[test]
fn should_read_times_by_the_clock_of_the_zone_that_is_named() {
    let run_at = |fields: &str| {
        let text = format!("tasks:\n- key: a\n  note: x\n{fields}");
        match outcome_of(&text) {
            Outcome::Task(declaration) => match declaration.request.schedules[0].rule {
                chime_types::Rule::Once { run_at } => Ok(run_at.unwrap() / 1_000_000_000),
                ref other => panic!("{text}: {other:?}"),
            },
            Outcome::Refused(refusal) => Err(refusal.to_string()),
            other => panic!("{text}: {other:?}"),
        }
    };
    for (at, zone, expected) in [
        ("2027-12-01 08:00", "Europe/Zurich", "2027-12-01T07:00:00Z"),
        ("2027-12-01T08:00", "Europe/Zurich", "2027-12-01T07:00:00Z"),
        (
            "2027-07-01 08:00:30",
            "Europe/Zurich",
            "2027-07-01T06:00:30Z",
        ),
        ("2027-12-01", "Asia/Kolkata", "2027-11-30T18:30:00Z"),
        (
            "2027-12-01T08:00:00Z",
            "Europe/Zurich",
            "2027-12-01T08:00:00Z",
        ),
        (
            "2027-12-01T08:00:00+02:00",
            "Europe/Zurich",
            "2027-12-01T06:00:00Z",
        ),
        // Twice on this day: the first.
        ("2027-10-31 02:30", "Europe/Zurich", "2027-10-31T00:30:00Z"),
    ] {
        let expected: jiff::Timestamp = expected.parse().unwrap();
        let found = run_at(&format!("  at: \"{at}\"\n  timezone: {zone}\n"));
        assert_eq!(
            found,
            Ok(u64::try_from(expected.as_second()).unwrap()),
            "{at} {zone}"
        );
    }
    for (fields, words) in [
        ("  at: \"2027-12-01 08:00\"\n", "timezone"),
        (
            "  at: \"2027-03-28 02:30\"\n  timezone: Europe/Zurich\n",
            "jump over",
        ),
        (
            "  at: \"2027-12-01 08:00\"\n  timezone: Mars/Base\n",
            "Mars/Base",
        ),
        ("  at: soon\n  timezone: Europe/Zurich\n", "an instant"),
    ] {
        let text = run_at(fields).unwrap_err();
        assert!(text.contains(words), "{fields}: {text}");
    }
}
