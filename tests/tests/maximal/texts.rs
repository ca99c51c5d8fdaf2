//! The dearest texts and records that the limits allow.

use chime_types::{
    Action, AlertCondition, CallArguments, Callback, Channel, CreateTaskRequest, Exclusion,
    HttpAction, HttpHeader, HttpMethod, HttpTransform, MissedRuns, NewSchedule, NewStep,
    OverlapPolicy, RetentionRule, RetryPolicy, Rule, limits,
};

use candid::Principal;

/// Every other number of a range, as a cron field.
fn every_other(first: u32, last: u32) -> String {
    let numbers: Vec<String> = (first..=last)
        .step_by(2)
        .map(|number| number.to_string())
        .collect();
    numbers.join(",")
}

/// As many exclusions as there may be, as long as they may be. Between them they leave one second of a
/// leap day, and one day of the week.
pub fn exclusions() -> Vec<Exclusion> {
    let cron = |expression: String| Exclusion::Cron { expression };
    let mut all = vec![
        cron("* * * * 1,3-12 *".to_string()),
        cron("* * * 1-28 * *".to_string()),
        cron("* * * * * 1-6".to_string()),
        cron("1-59 * * * * *".to_string()),
        cron("* 1-59 * * * *".to_string()),
        cron("* * 1-23 * * *".to_string()),
    ];
    let long = |hour: u32| {
        let seconds = every_other(1, 59);
        let minutes = every_other(1, 59);
        cron(format!("{seconds} {minutes} {hour} * * *"))
    };
    all.extend((1..).map(long).take(limits::MAXIMUM_EXCLUSIONS - all.len()));
    all
}

/// A schedule that has hardly a time, and looks for it every second.
pub fn schedule() -> NewSchedule {
    NewSchedule {
        name: Some("n".repeat(limits::MAXIMUM_NAME_CHARACTERS)),
        timezone: Some("Europe/Zurich".to_string()),
        jitter_seconds: Some(limits::MAXIMUM_JITTER_SECONDS),
        exclusions: Some(exclusions()),
        missed_runs: Some(MissedRuns::All { maximum: 100 }),
        overlap: Some(OverlapPolicy::BufferAll),
        ..NewSchedule::new(Rule::Cron {
            expression: "* * * * * *".to_string(),
        })
    }
}

/// Arguments of so many bytes with as many values as fit.
pub fn many_values(bytes: usize) -> String {
    format!("(vec {{{}}})", "1;".repeat((bytes - 10) / 2))
}

/// Arguments that nest as deep as they may.
pub fn nested() -> String {
    let depth = 31;
    format!("({}1{})", "record{".repeat(depth), "}".repeat(depth))
}

/// A JSON object of about so many bytes, all of it names.
pub fn object(bytes: usize) -> String {
    let members: Vec<String> = (0..bytes / 10)
        .map(|number| format!("\"{number:05}\":0"))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// As many headers as there may be, which just fit when their secrets are filled in.
fn headers() -> Vec<HttpHeader> {
    let value = |number: usize| match number {
        0..9 => format!("{{{{secrets.S{number:02}}}}}"),
        _ => "v".repeat(64),
    };
    let header = |number| HttpHeader {
        name: format!("h{number:0254}"),
        value: value(number),
    };
    (0..limits::MAXIMUM_HTTP_HEADERS).map(header).collect()
}

/// An HTTP request with every list and text full, which just fits when its secrets are filled in.
pub fn http() -> HttpAction {
    HttpAction {
        method: Some(HttpMethod::Post),
        headers: Some(headers()),
        body: Some("{{secrets.S10}}".repeat(240)),
        max_response_bytes: Some(limits::MAXIMUM_RESPONSE_BYTES),
        expected_status: Some((100..600).collect()),
        transform: Some(HttpTransform::Json {
            pointers: (0..limits::MAXIMUM_POINTERS)
                .map(|number| format!("/{number:05}"))
                .collect(),
        }),
        ..HttpAction::get("https://example.org/")
    }
}

/// A webhook with every header full.
pub fn webhook() -> Channel {
    Channel::Webhook {
        url: HOOK.to_string(),
        headers: Some(headers()),
    }
}

/// Where webhooks are: they are answered briefly.
pub const HOOK: &str = "https://hooks.example/";

pub fn conditions() -> [AlertCondition; 3] {
    [
        AlertCondition::Failure {},
        AlertCondition::FailuresInARow { count: 2 },
        AlertCondition::Late { seconds: 1 },
    ]
}

/// A retry policy with every text full.
pub fn retry() -> RetryPolicy {
    RetryPolicy {
        max_retries: limits::MAXIMUM_RETRIES,
        initial_delay_seconds: 1,
        factor_percent: 100,
        maximum_delay_seconds: 1,
        jitter_percent: Some(100),
        maximum_age_seconds: None,
        terminal_errors: Some(vec![
            "é".repeat(limits::MAXIMUM_REASON_CHARACTERS);
            limits::MAXIMUM_TERMINAL_ERRORS
        ]),
    }
}

pub fn retention() -> Vec<RetentionRule> {
    let rule = RetentionRule {
        status: None,
        maximum_age_seconds: Some(1_000_000),
        keep_latest: Some(1_000_000),
    };
    vec![rule; limits::MAXIMUM_RETENTION_RULES]
}

/// As many names of failures as there may be, as long as they may be.
fn error_cases() -> Vec<String> {
    let name = |number| {
        format!(
            "e{number:0width$}",
            width = limits::MAXIMUM_ERROR_CASE_BYTES - 1
        )
    };
    (0..limits::MAXIMUM_ERROR_CASES).map(name).collect()
}

/// So many steps, as dear as they fit into one request.
pub fn steps(callee: Principal, arguments: usize) -> Vec<NewStep> {
    let named = Action::Named {
        action_name: "x".to_string(),
        entity_name: None,
        attributes: object(arguments),
        as_user: None,
    };
    let mut actions = vec![named, Action::Http { request: http() }];
    actions.extend(
        (actions.len()..limits::MAXIMUM_STEPS).map(|_| Action::Call {
            canister: callee,
            method: "take".to_string(),
            arguments: Some(CallArguments::Text {
                value: many_values(arguments),
            }),
            cycles: None,
            with_context: None,
            error_cases: Some(error_cases()),
        }),
    );
    let named = |action| NewStep {
        name: Some("s".repeat(limits::MAXIMUM_NAME_CHARACTERS)),
        continue_on_error: Some(true),
        ..NewStep::new(action)
    };
    actions.into_iter().map(named).collect()
}

/// A task with every list and text full, just below what a request may have.
pub fn task(callee: Principal) -> CreateTaskRequest {
    CreateTaskRequest {
        name: "t".repeat(limits::MAXIMUM_NAME_CHARACTERS),
        description: Some("🎼".repeat(limits::MAXIMUM_DESCRIPTION_CHARACTERS)),
        metadata: Some(object(limits::MAXIMUM_METADATA_BYTES - 10)),
        steps: steps(callee, 25_000),
        schedules: vec![schedule(); limits::MAXIMUM_SCHEDULES],
        retry: Some(retry()),
        callback: Some(Callback {
            canister: callee,
            method: "on_finished".to_string(),
            error_cases: Some(error_cases()),
        }),
        ..CreateTaskRequest::default()
    }
}
