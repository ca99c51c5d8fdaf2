//! Errors of the scheduler in the words of the command line: its flags in place of fields, its verbs in
//! place of methods, times as people write them.
//!
//! It changes words only: kind, cause and way out are the scheduler's.

use crate::cli::Flags;
use crate::error::{Advises, Error, Kind};
use crate::words::Clock;

/// The end of a field's path, and the flag that sets it and nothing else. The first that fits counts.
const FLAGS: [(&str, &str); 45] = [
    ("rule.once.run_at", "--at"),
    ("rule.cron.expression", "--cron"),
    ("rule.interval", "--every"),
    ("rule.calendar", "--every"),
    ("rule.daily", "--daily"),
    ("rule.weekly", "--weekly"),
    ("rule.monthly", "--monthly"),
    ("missed_window_seconds", "--missed-window"),
    ("missed_runs", "--missed-runs"),
    ("maximum_runs", "--maximum-runs"),
    ("jitter_seconds", "--jitter"),
    ("start_after_seconds", "--after"),
    ("start_at", "--start"),
    ("end_at", "--end"),
    ("from_at", "--from"),
    ("until_at", "--until"),
    ("scheduled_at", "--for"),
    ("timezone", "--timezone"),
    ("overlap", "--overlap"),
    ("gap", "--gap"),
    ("exclusions", "--exclude-..."),
    ("retry.max_retries", "--retries"),
    ("retry.initial_delay_seconds", "--retry-delay"),
    ("retry.factor_percent", "--retry-factor"),
    ("retry.maximum_delay_seconds", "--retry-maximum-delay"),
    ("retry.jitter_percent", "--retry-jitter"),
    ("retry.maximum_age_seconds", "--retry-maximum-age"),
    ("retry.terminal_errors", "--terminal-error"),
    ("execution_timeout_seconds", "--execution-timeout"),
    ("run_next_after_seconds", "--pause"),
    ("channel.webhook.headers", "--header"),
    ("channel", "--to"),
    ("condition", "--on"),
    ("cooldown_seconds", "--cooldown"),
    ("timeout_seconds", "--timeout"),
    ("maximum_concurrent", "--maximum-concurrent"),
    ("pause_after_failures", "--pause-after-failures"),
    ("idempotency_key", "--key"),
    ("run_as", "--run-as"),
    ("callback", "--callback"),
    ("reason", "--reason"),
    ("task_id", "--task"),
    ("metadata", "--metadata"),
    ("description", "--description"),
    ("name", "--name"),
];

/// Actions, and the flags of `chime run` for them.
const ACTION_FLAGS: [(&str, &str); 10] = [
    ("call", "--call"),
    ("http", "--http"),
    ("command", "--command"),
    ("note", "--note"),
    ("named", "--named"),
    ("notification", "--notify"),
    ("cleanup", "--cleanup"),
    ("backup", "--backup"),
    ("analytics", "--analytics"),
    ("maintenance", "--maintenance"),
];

/// Methods, and the commands that call them.
const VERBS: [(&str, &str); 56] = [
    ("create_task", "chime run"),
    ("get_task", "chime task show"),
    ("update_task", "chime task edit"),
    ("delete_task", "chime task delete"),
    ("get_my_tasks", "chime ps ls"),
    ("pause_task", "chime task pause"),
    ("resume_task", "chime task resume"),
    ("run_task_now", "chime task run"),
    ("add_schedule", "chime schedule add"),
    ("remove_schedule", "chime schedule remove"),
    ("set_schedule", "chime schedule disable"),
    ("preview_schedule", "chime schedule preview"),
    ("get_task_executions", "chime execution ls"),
    ("get_execution", "chime execution show"),
    ("cancel_execution", "chime execution cancel"),
    ("snooze_execution", "chime execution snooze"),
    ("retry_execution", "chime execution replay"),
    ("list_dead_letters", "chime execution ls --dead-letters"),
    (
        "replay_dead_letters",
        "chime execution replay --dead-letters",
    ),
    ("cancel_backfill", "chime task backfills --cancel"),
    ("list_backfills", "chime task backfills"),
    ("backfill", "chime task backfill"),
    ("create_alert", "chime alert create"),
    ("update_alert", "chime alert update"),
    ("delete_alert", "chime alert delete"),
    ("list_alerts", "chime alert ls"),
    ("test_alert", "chime alert test"),
    ("get_inbox", "chime inbox"),
    ("clear_inbox", "chime inbox --clear"),
    ("create_backup_task", "chime backup create --daily"),
    ("list_backups", "chime backup ls"),
    ("restore_backup", "chime backup restore"),
    ("delete_backup", "chime backup delete"),
    ("get_backup_chunk", "chime backup download"),
    ("define_action", "chime action define"),
    ("list_actions", "chime action ls"),
    ("delete_action", "chime action delete"),
    ("put_codex", "chime codex put"),
    ("get_codex", "chime codex show"),
    ("list_codices", "chime codex ls"),
    ("rollback_codex", "chime codex rollback"),
    ("delete_codex", "chime codex delete"),
    ("get_journal", "chime execution show"),
    ("resume_execution", "chime execution resume"),
    ("put_secret", "chime secret put"),
    ("list_secrets", "chime secret ls"),
    ("delete_secret", "chime secret delete"),
    ("put_user", "chime user put"),
    ("list_users", "chime user ls"),
    ("delete_user", "chime user delete"),
    ("configure", "chime scheduler set"),
    ("get_config", "chime scheduler show"),
    ("events_since", "chime events"),
    ("get_api_doc", "chime scheduler guide"),
    ("get_me", "chime user me"),
    ("get_stats", "chime stats"),
];

/// Digits of an instant in nanoseconds since 2001, and until 2286.
const DIGITS_OF_INSTANTS: usize = 19;

/// The same error in the words of the command that was run: `flags` are those that it takes. What it was
/// given by other means, such as a file or `KEY=VALUE`, keeps the name that it has there.
pub(super) fn reworded(error: Error, clock: &Clock, flags: &Flags) -> Error {
    let field = error.field().map(|field| {
        let flag = flag_of(field).filter(|_| error.kind() == Kind::InvalidArgument);
        let flag = flag.filter(|flag| flags.takes(flag));
        flag.map_or_else(|| field.to_string(), str::to_string)
    });
    let (in_rule, in_fix) = match error.advises() {
        Advises::Nothing => (false, false),
        Advises::Fix => (false, true),
        Advises::All => (true, true),
    };
    let words = |text: &str, is_advice: bool| {
        let text = instants(text, clock);
        match is_advice {
            true => fields(&commands(&text), flags),
            false => text,
        }
    };
    let (rule, fix) = (words(error.rule(), in_rule), words(error.fix(), in_fix));
    error.with_words(field, rule, fix)
}

fn flag_of(field: &str) -> Option<&'static str> {
    // A step's own setting is another flag than the task's.
    if field.starts_with("steps[") && field.ends_with("].timeout_seconds") {
        return Some("--step-timeout");
    }
    if field.starts_with("steps[") && field.ends_with("].name") {
        return Some("--step-name");
    }
    if field.starts_with("schedules[") && field.ends_with("].name") {
        return Some("--schedule-name");
    }
    if let Some(flag) = action_flag(field) {
        return Some(flag);
    }
    let path = format!(".{field}");
    let found = FLAGS.iter().find(|(end, _)| {
        let end = format!(".{end}");
        path.ends_with(&end)
            || path.contains(&format!("{end}."))
            || path.contains(&format!("{end}["))
    });
    found.map(|(_, flag)| *flag)
}

/// The flag of the action of a step, whichever part of it is meant.
fn action_flag(field: &str) -> Option<&'static str> {
    let (_, part) = field.strip_prefix("steps[")?.split_once("].")?;
    let action = part.strip_prefix("action.").unwrap_or(part);
    let name = action.split(['.', '[']).next()?;
    let found = ACTION_FLAGS.iter().find(|(known, _)| *known == name);
    found.map(|(_, flag)| *flag)
}

/// Numbers that are instants, as people write them.
fn instants(text: &str, clock: &Clock) -> String {
    let mut said = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let digits = &rest[start..];
        let end = digits
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(digits.len());
        let (number, after) = digits.split_at(end);
        said.push_str(&rest[..start]);
        match number.parse() {
            Ok(at) if number.len() == DIGITS_OF_INSTANTS => said.push_str(&clock.absolute(at)),
            _ => said.push_str(number),
        }
        rest = after;
    }
    said.push_str(rest);
    said.replace(" (nanoseconds since 1970)", "")
}

/// Names of methods as the commands that call them.
pub(super) fn commands(text: &str) -> String {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut said = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let verb = VERBS.iter().find(|(method, _)| *method == word);
        match verb.filter(|(method, _)| method.contains('_')) {
            Some((_, command)) if said.ends_with('`') => said.push_str(command),
            Some((_, command)) => said.push_str(&format!("`{command}`")),
            None => said.push_str(word),
        }
        let next = after.find(is_part).unwrap_or(after.len());
        said.push_str(&after[..next]);
        rest = &after[next..];
    }
    said
}

/// Names of fields in backticks as the flags for them, as far as the command takes these.
fn fields(text: &str, flags: &Flags) -> String {
    let mut said = text.to_string();
    for (field, flag) in FLAGS {
        if flags.takes(flag) && !flag.ends_with("...") {
            said = said.replace(&format!("`{field}`"), &format!("`{flag}`"));
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::cli::Cli;

    /// Methods that no command is named after: workers and the program itself call them.
    const WITHOUT: [&str; 9] = [
        "claim_jobs",
        "complete_job",
        "create_cleanup_task",
        "dry_run",
        "fail_job",
        "get_entities",
        "heartbeat_job",
        "list_reports",
        "release_job",
    ];

    fn on(line: &str, error: Error) -> String {
        let flags = Flags::of(&crate::cli::help::command(), &matches(line));
        let error = reworded(error, &Clock::fixed(0, TimeZone::UTC), &flags);
        format!("{} | {}", error.explanation(), error.fix())
    }

    fn matches(line: &str) -> clap::ArgMatches {
        let words = line.split(' ');
        crate::cli::help::command()
            .try_get_matches_from(words)
            .unwrap()
    }

    /// The scheduler's own error about a request, on a command line.
    fn reword_on(line: &str, field: Option<&str>, rule: &str, fix: &str) -> String {
        let error = Error::new(Kind::InvalidArgument, rule, fix).advising(Advises::All);
        match field {
            Some(field) => on(line, error.at(field)),
            None => on(line, error),
        }
    }

    fn reword(field: Option<&str>, rule: &str, fix: &str) -> String {
        reword_on("chime run --note x", field, rule, fix)
    }

    #[test]
    fn should_name_flags_in_advice() {
        let backfill = "chime task backfill x --from 2026-01-01T00:00:00Z";
        let fix = "choose a shorter span: `from_at` nearer to `until_at`";
        let said = reword_on(backfill, None, "x", fix);
        assert_eq!(
            said,
            "x | choose a shorter span: `--from` nearer to `--until`"
        );
        let said = reword_on("chime ps ls", None, "x", fix);
        assert_eq!(said, format!("x | {fix}"));
    }

    #[test]
    fn should_name_only_flags_that_the_command_takes() {
        let restore = "chime backup restore x.backup";
        for field in [
            "tasks[0].retry.max_retries",
            "tasks[0].schedules[0].rule.interval.seconds",
            "tasks[0].schedules[2].rule.daily.hour",
            "tasks[0].schedules[2].exclusions[0]",
            "tasks[0].steps[0].action.note.text",
            "steps[0].call.method",
            "steps[0].timeout_seconds",
            "name",
        ] {
            let said = reword_on(restore, Some(field), "x", "");
            assert_eq!(said, format!("{field}: x | "));
        }
        let table = [
            (
                "chime scheduler set a=1",
                "maximum_concurrent",
                "maximum_concurrent",
            ),
            (
                "chime user put x --role user",
                "quotas.maximum_concurrent",
                "--maximum-concurrent",
            ),
            (
                "chime task edit x --name y",
                "maximum_concurrent",
                "--maximum-concurrent",
            ),
            ("chime tasks ls", "timezone", "timezone"),
            (
                "chime alert create x --on failure",
                "channel.webhook.url",
                "--to",
            ),
            ("chime alert create x --on failure", "name", "name"),
            (
                "chime apply -f x.yaml",
                "schedules[0].rule.daily.hour",
                "schedules[0].rule.daily.hour",
            ),
            (
                "chime run --note x",
                "retry.factor_percent",
                "--retry-factor",
            ),
            ("chime run --note x", "retry.max_retries", "--retries"),
            ("chime task pause x", "reason", "--reason"),
            ("chime alert create x --on silent", "task_id", "--task"),
        ];
        for (line, field, expected) in table {
            let said = reword_on(line, Some(field), "x", "");
            assert_eq!(said, format!("{expected}: x | "), "{line}");
        }
    }

    #[test]
    fn should_leave_names_of_methods_that_are_no_advice() {
        let rule =
            "missing method `clear_inbox`; method `add_schedule` is expected by the old interface";
        let error = Error::new(Kind::Incompatible, rule, "call get_execution");
        assert_eq!(
            on("chime deploy --dry-run", error),
            format!("{rule} | call get_execution")
        );
        let error = Error::new(
            Kind::ExecutionFailed,
            "no method get_task",
            "see get_execution",
        );
        assert_eq!(
            on("chime task run x --wait", error.advising(Advises::Fix)),
            "no method get_task | see `chime execution show`"
        );
    }

    #[test]
    fn should_have_a_flag_for_each_field_alone() {
        // An interval, and days of the calendar, are both what follows --every.
        let shared: Vec<_> = FLAGS
            .iter()
            .filter(|(_, flag)| FLAGS.iter().filter(|(_, it)| it == flag).count() > 1)
            .map(|(field, _)| *field)
            .collect();
        assert_eq!(shared, ["rule.interval", "rule.calendar"]);
    }

    #[test]
    fn should_name_flags_verbs_and_times_as_people_write_them() {
        let past = "not in the past: now is 1795966248204874115, got 1577836800000000000 \
                    (nanoseconds since 1970)";
        assert_eq!(
            reword(
                Some("schedules[0].rule.once.run_at"),
                past,
                "use run_task_now"
            ),
            "--at: not in the past: now is 2026-11-29 15:30:48 UTC, got 2020-01-01 00:00:00 UTC | \
             use `chime task run`"
        );
        let table = [
            ("rule.cron.expression", "--cron"),
            ("steps[2].timeout_seconds", "--step-timeout"),
            ("timeout_seconds", "--timeout"),
            ("execution_timeout_seconds", "--execution-timeout"),
            ("steps[0].action.http.request.url", "--http"),
            ("steps[0].action.note.text", "--note"),
            ("steps[0].call.method", "--call"),
            ("steps[11].call.arguments.amount", "--call"),
            ("schedules[0].exclusions[1].weekdays", "--exclude-..."),
            ("schedules[1].name", "--schedule-name"),
            ("start_at", "--start"),
            ("name", "--name"),
            ("task_id", "task_id"),
        ];
        for (field, expected) in table {
            assert_eq!(reword(Some(field), "x", ""), format!("{expected}: x | "));
        }
        assert_eq!(
            reword(None, "2553 and 12345", "see `get_my_tasks`, and backfill"),
            "2553 and 12345 | see `chime ps ls`, and backfill"
        );
    }

    #[test]
    fn should_know_a_command_for_every_method() {
        let documented = crate::scheduler::SCHEDULER_INTERFACE;
        let methods = documented.lines().filter_map(|line| {
            let (name, rest) = line.trim().split_once(" : (")?;
            (rest.contains("->") && name != "service").then_some(name)
        });
        let methods: BTreeSet<&str> = methods.collect();
        assert!(methods.len() > 40, "{methods:?}");
        let known = VERBS.iter().map(|(method, _)| *method).chain(WITHOUT);
        let known: BTreeSet<&str> = known.chain(["upload_backup_chunk"]).collect();
        let missing: Vec<_> = methods.difference(&known).collect();
        let gone: Vec<_> = known.difference(&methods).collect();
        assert!(
            missing.is_empty() && gone.is_empty(),
            "{missing:?} {gone:?}"
        );
    }

    #[test]
    fn should_name_only_commands_and_flags_that_there_are() {
        let mut command = Cli::command();
        command.build();
        for (_, verb) in VERBS {
            let mut below = &command;
            for name in verb
                .split(' ')
                .skip(1)
                .take_while(|word| !word.starts_with('-'))
            {
                below = below
                    .find_subcommand(name)
                    .unwrap_or_else(|| panic!("{verb}"));
            }
        }
        let mut flags = BTreeSet::new();
        let mut all = vec![&command];
        while let Some(command) = all.pop() {
            flags.extend(command.get_arguments().filter_map(clap::Arg::get_long));
            all.extend(command.get_subcommands());
        }
        for (_, flag) in FLAGS.into_iter().chain(ACTION_FLAGS) {
            let name = flag.trim_start_matches("--").trim_end_matches("...");
            assert!(flags.iter().any(|it| it.starts_with(name)), "{flag}");
        }
    }
}
