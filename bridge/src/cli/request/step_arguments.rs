//! Arguments that say what a task does. Their order counts: a flag that names an action begins a
//! step, and the flags after it are about that step.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

/// The steps as they stand on the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepArguments {
    /// The flags and their values, in order.
    pub words: Vec<StepWord>,
}

/// A flag of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepWord {
    /// The name without its dashes.
    pub flag: &'static str,
    /// Its values.
    pub values: Vec<String>,
}

struct Flag {
    name: &'static str,
    values: &'static [&'static str],
    least: usize,
    help: &'static str,
}

const fn flag(
    name: &'static str,
    values: &'static [&'static str],
    least: usize,
    help: &'static str,
) -> Flag {
    Flag {
        name,
        values,
        least,
        help,
    }
}

/// The flags that begin a step.
pub const ACTIONS: [&str; 11] = [
    "note",
    "call",
    "http",
    "command",
    "named",
    "file",
    "notify",
    "cleanup",
    "backup",
    "analytics",
    "maintenance",
];

const FLAGS: [Flag; 30] = [
    flag(
        "call",
        &["CANISTER", "METHOD", "CANDID-ARGS"],
        2,
        "Call a method of a canister; arguments as Candid text or JSON, none if not given",
    ),
    flag(
        "http",
        &["URL"],
        1,
        "Send an HTTPS request: a GET, or a POST with --body, unless --method says otherwise",
    ),
    flag(
        "command",
        &["SHELL"],
        1,
        "Run a shell command on a worker (`chime worker`); at most 64 KiB",
    ),
    flag(
        "note",
        &["TEXT"],
        1,
        "Write a line into the log of the execution; at most 4096 bytes",
    ),
    flag(
        "named",
        &["ACTION"],
        1,
        "Run a registered action; see `chime action`",
    ),
    flag(
        "file",
        &["FILE"],
        1,
        "Store a Python file (.py) as a codex and run it, at most 256 KiB, with the modules that it imports from beside it; or run a shell script on a worker, at most 64 KiB. Files are read now",
    ),
    flag(
        "notify",
        &["TEXT"],
        1,
        "Send a message to your inbox, or elsewhere with --to; placeholders are filled in; at most 4096 bytes",
    ),
    flag(
        "cleanup",
        &["AGE"],
        1,
        "Remove your executions that ended longer ago than this, e.g. 30d",
    ),
    flag(
        "backup",
        &["N"],
        1,
        "Make a backup of your tasks, and keep the newest N",
    ),
    flag(
        "analytics",
        &["SPAN"],
        1,
        "Keep a report on the executions of this span, e.g. 7d: success rate, durations, lag",
    ),
    flag(
        "maintenance",
        &["MODE"],
        1,
        "Check the records of the scheduler, and mend them if MODE is repair: check or repair; for admins",
    ),
    flag(
        "step-name",
        &["NAME"],
        1,
        "Name of the preceding step, at most 128 characters",
    ),
    flag(
        "step-timeout",
        &["DURATION"],
        1,
        "Timeout of one attempt at the preceding step: seconds, or e.g. 5m; at most 24h; default: that of the task",
    ),
    flag(
        "pause",
        &["DURATION"],
        1,
        "Pause between the preceding step and the next: seconds, or e.g. 5m; default: 0",
    ),
    flag(
        "continue-on-error",
        &[],
        0,
        "If the preceding step fails for good, continue with the next; default: false",
    ),
    flag(
        "cycles",
        &["N"],
        1,
        "Cycles to attach to the preceding call; default: 0",
    ),
    flag(
        "with-context",
        &[],
        0,
        "Append an argument to the preceding call that tells the callee which run and attempt it serves; default: false",
    ),
    flag(
        "error-case",
        &["CASE"],
        1,
        "Treat the preceding call as failed if it returns this variant case; may be repeated; default: Err, err, Error and error",
    ),
    flag(
        "any-answer",
        &[],
        0,
        "Treat the preceding call as successful whatever it returns; default: false",
    ),
    flag(
        "method",
        &["METHOD"],
        1,
        "Method of the preceding request: get, post, head, put, patch or delete; the last three are sent by a single node",
    ),
    flag(
        "header",
        &["NAME: VALUE"],
        1,
        "Header of the preceding request; may contain {{secrets.NAME}}; may be repeated",
    ),
    flag(
        "body",
        &["TEXT"],
        1,
        "Body of the preceding request; may contain {{secrets.NAME}}",
    ),
    flag(
        "expect-status",
        &["STATUS"],
        1,
        "Status of the preceding request that counts as success; may be repeated; default: 200 to 299",
    ),
    flag(
        "max-response-bytes",
        &["N"],
        1,
        "Maximum size of the response in bytes, 1 to 2000000; default: 16384",
    ),
    flag(
        "to",
        &["CHANNEL"],
        1,
        "Where the preceding message goes: inbox (the default), an address beginning with https://, or CANISTER/METHOD",
    ),
    flag(
        "subject",
        &["TEXT"],
        1,
        "Subject of the preceding message, at most 256 characters; default: the name of the task",
    ),
    flag(
        "queue",
        &["QUEUE"],
        1,
        "Queue of the workers for the preceding command, at most 64 characters; `default` if not given",
    ),
    flag(
        "entity",
        &["NAME"],
        1,
        "Kind of thing that the preceding registered action works on",
    ),
    flag(
        "attributes",
        &["JSON"],
        1,
        "Parameters of the preceding registered action, or ic.input of the preceding Python file, as a JSON object",
    ),
    flag(
        "as-user",
        &["USER"],
        1,
        "User on whose behalf the preceding registered action is meant to run",
    ),
];

impl Flag {
    fn arg(&self) -> Arg {
        let arg = Arg::new(self.name)
            .long(self.name)
            .help(self.help)
            .help_heading("Steps, in the order in which they run")
            .action(ArgAction::Append);
        match self.values {
            [] => arg
                .num_args(0..=1)
                .require_equals(true)
                .value_name("BOOL")
                .hide_possible_values(true)
                .value_parser(["true", "false"])
                .default_missing_value("true"),
            names => arg.num_args(self.least..=names.len()).value_names(names),
        }
    }
}

impl Args for StepArguments {
    fn augment_args(command: Command) -> Command {
        FLAGS
            .iter()
            .fold(command, |command, flag| command.arg(flag.arg()))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for StepArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut words = Vec::new();
        for flag in &FLAGS {
            let Some(occurrences) = matches.get_occurrences::<String>(flag.name) else {
                continue;
            };
            let mut indices = matches.indices_of(flag.name).into_iter().flatten();
            for values in occurrences {
                let values: Vec<String> = values.cloned().collect();
                let places: Vec<usize> = indices.by_ref().take(values.len()).collect();
                let place = places.first().copied().unwrap_or_default();
                let word = StepWord {
                    flag: flag.name,
                    values,
                };
                words.push((place, word));
            }
        }
        words.sort_by_key(|(place, _)| *place);
        let words = words.into_iter().map(|(_, word)| word).collect();
        Ok(Self { words })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
