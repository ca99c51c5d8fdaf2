//! What the story says, in requests as text.

/// Made at the beginning: who there is, and what tasks may use. A word before the bar says what the
/// release must know for the line to be told.
pub const PEOPLE: &[(&str, &str)] = &[
    (
        "configure",
        "record { retention = opt vec { record { status = opt variant { completed }; maximum_age_seconds = opt 2592000 } };
           maximum_executions_per_task = opt 5000; public_metrics = opt true }",
    ),
    (
        "put_user",
        r#"record { "principal" = principal "{stranger}"; name = opt "stranger"; role = opt variant { user }; quotas = opt record { maximum_tasks = opt 20 } }"#,
    ),
    (
        "put_user",
        r#"record { "principal" = principal "w7x7r-cok77-xa"; name = opt "nobody"; role = opt variant { viewer }; disabled = opt true }"#,
    ),
    ("put_secret", r#"record { name = "TOKEN"; secret = "hidden" }"#),
    (
        "define_action",
        r#"record { name = "greet"; description = opt "says hello"; entity_name = opt "person"; action = variant { note = record { "text" = "hello {{attributes.who}}" } } }"#,
    ),
    (
        "define_action",
        r#"record { name = "shared"; shared = opt true; action = variant { note = record { "text" = "for all" } } }"#,
    ),
    (
        "create_alert",
        r#"record { name = "any failure"; condition = variant { failure = record {} }; cooldown_seconds = opt 0; channel = variant { inbox = record {} } }"#,
    ),
    (
        "create_alert",
        r#"record { name = "by the web"; condition = variant { failure = record {} }; cooldown_seconds = opt 60;
           channel = variant { webhook = record { url = "https://hooks.example/x"; headers = opt vec { record { name = "x-token"; value = "{{secrets.TOKEN}}" } } } } }"#,
    ),
    (
        "create_alert",
        r#"record { name = "missed"; condition = variant { missed = record {} }; channel = variant { canister = record { canister = principal "{callee}"; method = "on_message" } } }"#,
    ),
    (
        "create_alert",
        r#"record { name = "late"; condition = variant { late = record { seconds = 60 } }; channel = variant { inbox = record {} } }"#,
    ),
    (
        "create_alert",
        r#"record { name = "cycles"; condition = variant { cycles_low = record { below = 1000 } }; channel = variant { inbox = record {} } }"#,
    ),
];

pub const NOTE: &str =
    r#"steps = vec { record { action = variant { note = record { "text" = "noted" } } } }"#;
pub const COUNT: &str = r#"steps = vec { record { action = variant { call = record { canister = principal "{callee}"; method = "count" } } } }"#;
pub const NEVER: &str = r#"steps = vec { record { timeout_seconds = opt 600; action = variant { call = record { canister = principal "{callee}"; method = "never" } } } }"#;
pub const REJECT: &str = r#"steps = vec { record { action = variant { call = record { canister = principal "{callee}"; method = "reject"; arguments = opt variant { "text" = record { value = "(\"no\")" } } } } } }"#;
pub const NO_RETRY: &str = "retry = opt record { max_retries = 0; initial_delay_seconds = 1; factor_percent = 100; maximum_delay_seconds = 1 }";
pub const ONCE: &str = "schedules = vec { record { rule = variant { once = record {} } } }";
pub const OFF: &str = "schedules = vec { record { rule = variant { interval = record { repeat_every_seconds = 60 } }; disabled = opt true } }";

/// Tasks of the first hour: a name, the word that the release must know, the rest of the request. The
/// capitals stand for the texts above.
pub const FIRST: &[(&str, &str, &str)] = &[
    (
        "interval",
        "",
        r#"description = opt "the first"; metadata = opt "{\"a\": 1}"; priority = opt variant { high }; idempotency_key = opt "first"; pause_after_failures = opt 5; NOTE;
           schedules = vec { record { name = opt "ten minutes"; rule = variant { interval = record { repeat_every_seconds = 600 } }; jitter_seconds = opt 5 } }"#,
    ),
    (
        "zones",
        "",
        r#"COUNT; schedules = vec {
             record { rule = variant { cron = record { expression = "*/15 * * * *" } }; timezone = opt "Europe/Zurich" };
             record { rule = variant { daily = record { hour = 2; minute = opt 30 } }; timezone = opt "Europe/Zurich"; gap = opt variant { skip }; exclusions = opt vec { variant { weekdays = record { weekdays = blob "\00\06" } }; variant { dates = record { from = "2026-12-24"; to = opt "2026-12-26" } }; variant { cron = record { expression = "* 12-13 * * *" } } } };
             record { rule = variant { weekly = record { weekday = 4; hour = 1; minute = opt 20 } }; maximum_runs = opt 3 };
             record { rule = variant { monthly = record { day = 31; hour = 1 } }; overlap = opt variant { buffer_all }; missed_window_seconds = opt 600 };
             record { rule = variant { once = record { run_at = opt 1767232800000000000 } } } }"#,
    ),
    (
        "calendar",
        "calendar :",
        r#"NOTE; schedules = vec { record { rule = variant { calendar = record { every = 2; unit = variant { weeks = record { weekdays = blob "\05" } }; hour = 17; anchor = opt "2026-01-01" } }; timezone = opt "Europe/London" } }"#,
    ),
    (
        "backlog",
        "",
        r#"REJECT; retry = opt record { max_retries = 3; initial_delay_seconds = 1800; factor_percent = 200; maximum_delay_seconds = 3600; jitter_percent = opt 10; terminal_errors = opt vec { "never" } };
           schedules = vec { record { rule = variant { interval = record { repeat_every_seconds = 600 } }; missed_runs = opt variant { all = record { maximum = 3 } }; end_at = opt 1767228600000000000; overlap = opt variant { buffer_one } } }"#,
    ),
    (
        "steps",
        "",
        r#"steps = vec { record { name = opt "count"; action = variant { call = record { canister = principal "{callee}"; method = "count" } }; run_next_after_seconds = opt 7200; continue_on_error = opt true };
                         record { action = variant { note = record { "text" = "{{steps.0.result}}" } } } }; ONCE; execution_timeout_seconds = opt 86400"#,
    ),
    (
        "named",
        "",
        r#"steps = vec { record { action = variant { named = record { action_name = "greet"; entity_name = opt "person"; attributes = "{\"who\": \"world\"}" } } } }; ONCE"#,
    ),
    (
        "told",
        "",
        r#"NOTE; ONCE; callback = opt record { canister = principal "{callee}"; method = "on_finished" }"#,
    ),
    ("failed", "", "REJECT; NO_RETRY; ONCE"),
    ("failed again", "", "REJECT; NO_RETRY; ONCE"),
    (
        "notified",
        "",
        r#"steps = vec { record { action = variant { notification = record { subject = "a subject"; message = "a message"; channel = variant { inbox = record {} } } } } }; ONCE"#,
    ),
    (
        "command",
        "",
        r#"steps = vec { record { action = variant { command = record { command = "true"; queue = opt "builds" } } } };
           schedules = vec { record { rule = variant { once = record {} }; overlap = opt variant { allow_all } }; record { rule = variant { once = record {} }; overlap = opt variant { allow_all } }; record { rule = variant { once = record {} }; overlap = opt variant { allow_all } } }"#,
    ),
    (
        "all owners",
        "",
        "steps = vec { record { action = variant { analytics = record {} } }; record { action = variant { backup = record { all_owners = opt true; keep = opt 3 } } }; record { action = variant { cleanup = record { all_owners = opt true; retention = vec { record { keep_latest = opt 1000 } } } } }; record { action = variant { maintenance = record { dry_run = opt true } } } }; ONCE",
    ),
    ("long", "", "NOTE; SECONDLY"),
    (
        "filled in",
        "",
        "NEVER; schedules = vec { record { rule = variant { interval = record { repeat_every_seconds = 60 } } } }",
    ),
    ("deleted", "", "NOTE; ONCE"),
    (
        "paused",
        "",
        "NOTE; schedules = vec { record { rule = variant { interval = record { repeat_every_seconds = 60 } } } }",
    ),
    (
        "web",
        "",
        r#"steps = vec { record { timeout_seconds = opt 120; action = variant { http = record { request = record { url = "https://api.example/x"; method = opt variant { post }; body = opt "{{execution_id}}"; headers = opt vec { record { name = "x-token"; value = "{{secrets.TOKEN}}" } }; transform = opt variant { json = record { pointers = vec { "/a" } } } } } } } };
           NO_RETRY; schedules = vec { record { rule = variant { interval = record { repeat_every_seconds = 1800 } } } }"#,
    ),
];

/// Tasks of the last minute, whose executions are under way at the end.
pub const LAST: &[(&str, &str, &str)] = &[
    ("running", "", "NEVER; ONCE; maximum_concurrent = opt 1"),
    ("running out", "", "NEVER; ONCE"),
    ("cancelled", "", "NEVER; ONCE"),
    ("failed at the end", "", "REJECT; NO_RETRY; ONCE"),
    (
        "put off",
        "",
        "steps = vec { record { action = variant { command = record { command = \"false\" } } } }; ONCE",
    ),
];

/// What the capitals in the requests stand for.
pub const SHORT: &[(&str, &str)] = &[
    (
        "SECONDLY",
        "schedules = vec { record { rule = variant { interval = record { repeat_every_seconds = 1 } }; end_at = opt 1767225720000000000 } }",
    ),
    ("NOTE", NOTE),
    ("COUNT", COUNT),
    ("NEVER", NEVER),
    ("REJECT", REJECT),
    ("NO_RETRY", NO_RETRY),
    ("ONCE", ONCE),
    ("OFF", OFF),
];
