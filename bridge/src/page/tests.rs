//! Pages show what others wrote as text, name everything that can be used, and hide what one may not do.

use chime_types::{
    Action, Codex, CodexVersion, ExecutionStatus, LogEntry, Outcome, Rule, Task, TaskExecution,
};
use jiff::tz::TimeZone;

use super::*;
use crate::fixtures::{self, attempt, step};
use crate::words::Clock;

const EVIL: &str = "</script><script>alert(1)</script>\"'<img src=x onerror=alert(1)>\u{202E}";

fn context() -> Context {
    Context {
        clock: Clock::fixed(1_780_000_000_000_000_000, TimeZone::UTC),
        theme: Theme::Dark,
        form_token: "form-token".into(),
        may_change: true,
        path: "/tasks".into(),
    }
}

fn evil_task() -> Task {
    let mut schedule = fixtures::schedule(
        3,
        Rule::Cron {
            expression: EVIL.into(),
        },
    );
    schedule.description = EVIL.into();
    let mut step = step(Action::Note { text: EVIL.into() });
    step.name = Some(EVIL.into());
    Task {
        description: EVIL.into(),
        pause_reason: Some(EVIL.into()),
        disabled: true,
        schedules: vec![schedule],
        steps: vec![step],
        ..fixtures::task(7, EVIL)
    }
}

fn evil_run() -> TaskExecution {
    TaskExecution {
        error: Some(EVIL.into()),
        result: Some(EVIL.into()),
        attempts: vec![attempt(1, Outcome::Failed, Some(EVIL))],
        logs: vec![LogEntry {
            logged_at: 1,
            message: EVIL.into(),
        }],
        ..fixtures::execution(ExecutionStatus::Failed)
    }
}

fn evil_codex(version: u64) -> Codex {
    let of = |number| CodexVersion {
        number,
        checksum: EVIL.into(),
        bytes: 7,
        url: Some(EVIL.into()),
        rolled_back_to: None,
        is_checked: false,
        stored_by: candid::Principal::anonymous(),
        stored_at: 1,
    };
    Codex {
        name: EVIL.into(),
        description: EVIL.into(),
        code: Some(format!("{EVIL}\n# {version}")),
        version: of(version),
        shared: true,
        present_version: 2,
        versions: vec![of(2), of(1)],
        used_by: vec![7],
        created_at: 1,
    }
}

fn all(context: &Context) -> Vec<String> {
    let (job, run) = (evil_task(), evil_run());
    let stats = fixtures::stats(context.clock.now_at());
    let named = vec![(run.clone(), job.name.clone())];
    let fault = Fault {
        field: "name".into(),
        rule: EVIL.into(),
        fix: EVIL.into(),
    };
    let list = TaskList {
        rows: vec![Row {
            task: job.clone(),
            executions: vec![run.clone()],
        }],
        filter: Filter {
            name: EVIL.into(),
            status: EVIL.into(),
            page: 1,
        },
        total: 1,
        last_page: 2,
    };
    let groups = groups(vec![run.clone()], std::slice::from_ref(&job));
    let mut pages = vec![
        overview(
            context,
            &Overview {
                stats: &stats,
                latest: &named,
            },
        ),
        tasks(context, &list),
        task(
            context,
            &TaskPage {
                task: &job,
                executions: std::slice::from_ref(&run),
            },
        ),
        execution(context, &job, &run, &[3]),
        failures(context, &groups),
        timeline(context, &[], EVIL),
        workers(context, 1, &named),
        form(
            context,
            &Fields::of(&job),
            Some(&fault),
            &Some((EVIL.into(), vec![EVIL.into()])),
        ),
        message(context, EVIL, EVIL, EVIL),
        sign_in(context),
    ];
    pages.extend(of_time_and_python(context, &job, &run, &fault));
    pages
}

fn of_time_and_python(
    context: &Context,
    job: &Task,
    run: &TaskExecution,
    fault: &Fault,
) -> Vec<String> {
    vec![
        grid(
            context,
            Step::Hours,
            &[Row {
                task: job.clone(),
                executions: vec![TaskExecution {
                    scheduled_at: context.clock.now_at(),
                    ..run.clone()
                }],
            }],
        ),
        calendar(context, std::slice::from_ref(job), 1),
        codices(context, std::slice::from_ref(&evil_codex(1))),
        codex(
            context,
            &CodexPage {
                codex: &evil_codex(2),
                compared: Some(&evil_codex(1)),
                used_by: &[(7, EVIL.into())],
            },
        ),
        codex_form(
            context,
            &CodexFields {
                is_new: true,
                name: EVIL.into(),
                description: EVIL.into(),
                code: EVIL.into(),
                ..CodexFields::default()
            },
            Some(fault),
        ),
    ]
}

#[test]
fn should_show_what_others_wrote_as_text() {
    for page in all(&context()) {
        assert!(
            !page.contains("<script>") && !page.contains("<img"),
            "{page}"
        );
        // What stands in a field is as somebody wrote it, to be changed.
        let outside = page
            .split("<input")
            .map(|part| part.split_once('>').map_or(part, |it| it.1));
        let outside: String = outside.collect();
        let outside = outside
            .split("<textarea")
            .map(|part| part.split_once("</textarea>").map_or(part, |it| it.1));
        let outside: String = outside.collect();
        assert!(!outside.contains('\u{202E}'), "{page}");
        // An attribute ends at its quotation mark only.
        assert!(!page.contains("\"'<"), "{page}");
    }
}

#[test]
fn should_have_no_script_or_style_in_a_page_and_load_nothing_from_elsewhere() {
    for page in all(&context()) {
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert!(page.contains("<script type=\"module\" src=\"/assets/chime.js\"></script>"));
        for wrong in [
            " style=",
            "<style",
            " onclick=",
            "javascript:",
            "src=\"http",
            "href=\"http",
        ] {
            assert!(!page.contains(wrong), "{wrong}: {page}");
        }
    }
}

#[test]
fn should_send_no_form_without_its_token_and_none_for_who_may_only_look() {
    let reader = Context {
        may_change: false,
        ..context()
    };
    let token = "name=\"form_token\" value=\"form-token\"";
    for (page, read_only) in all(&context()).iter().zip(all(&reader)) {
        let forms = page.matches("method=\"post\"").count();
        assert_eq!(page.matches(token).count(), forms, "{page}");
        for action in [
            "/run\"",
            "/pause\"",
            "/resume\"",
            "/retry\"",
            "/cancel\"",
            "/delete\"",
        ] {
            assert!(!read_only.contains(action), "{action}: {read_only}");
        }
    }
}

/// Each field has a label, each table a caption, each page one heading, and nothing an id twice.
#[test]
fn should_name_everything_that_can_be_used() {
    for page in all(&context()) {
        assert_eq!(page.matches("<h1>").count(), 1, "{page}");
        assert!(
            page.contains("<html lang=\"en\" data-theme=\"dark\">"),
            "{page}"
        );
        assert_eq!(
            page.matches("<table").count(),
            page.matches("<caption").count(),
            "{page}"
        );
        let ids: Vec<_> = page
            .split(" id=\"")
            .skip(1)
            .filter_map(|it| it.split('"').next())
            .collect();
        for id in &ids {
            assert_eq!(
                ids.iter().filter(|other| other == &id).count(),
                1,
                "{id}: {page}"
            );
        }
        for tag in ["<input", "<select", "<textarea"] {
            for field in page.split(tag).skip(1) {
                let field = field.split('>').next().unwrap_or_default();
                if field.contains("type=\"hidden\"") {
                    continue;
                }
                let id = field
                    .split(" id=\"")
                    .nth(1)
                    .and_then(|it| it.split('"').next());
                let label = format!("<label for=\"{}\">", id.unwrap_or("none"));
                assert!(page.contains(&label), "{field}: {page}");
            }
        }
    }
}

#[test]
fn should_call_a_slot_overdue_that_is() {
    let mut late = fixtures::task(7, "late");
    late.next_run_at = Some(1_779_999_000_000_000_000);
    let page = task(
        &context(),
        &TaskPage {
            task: &late,
            executions: &[],
        },
    );
    assert!(page.contains("overdue"), "{page}");
}

#[test]
fn should_say_in_bars_how_runs_ended() {
    let runs = [
        ExecutionStatus::Completed,
        ExecutionStatus::Failed,
        ExecutionStatus::Completed,
    ];
    let runs = runs.map(fixtures::execution);
    let page = task(
        &context(),
        &TaskPage {
            task: &fixtures::task(7, "x"),
            executions: &runs,
        },
    );
    assert!(
        page.contains("The last 3 runs: 2 completed, 1 failed"),
        "{page}"
    );
}

#[test]
fn should_have_its_files_small() {
    let all: usize = ASSETS.iter().map(|(_, _, text)| text.len()).sum();
    assert!(all < 40_000, "{all}");
}
