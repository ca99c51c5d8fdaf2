//! `chime codex test`: a program on this machine, with answers from a file.

use std::path::Path;

use chime_types::codex::Source;
use serde_json::{Value, json};

use crate::apply;
use crate::cli::record::Record;
use crate::cli::session::with_python;
use crate::cli::{CodexTestArguments, GlobalArguments};
use crate::error::{Error, Kind, Result};
use crate::rehearsal::{End, Performance, World, rehearse};
use crate::terminal::{Writer, harmless};

/// Largest file with answers.
const MAXIMUM_WORLD_BYTES: u64 = 4 * 1024 * 1024;

/// Runs the file and shows what it asked for, what it printed and how it ended.
pub(super) async fn run(
    global: &GlobalArguments,
    arguments: &CodexTestArguments,
    writer: &Writer,
) -> Result<()> {
    let mut sources: Vec<Source> = apply::program(&arguments.file)?
        .into_iter()
        .map(|codex| Source {
            name: codex.name,
            code: codex.code,
        })
        .collect();
    let codex = sources.pop().ok_or_else(|| {
        let rule = format!("{} holds no program", arguments.file.display());
        Error::new(Kind::Usage, rule, "name a file of Python")
    })?;
    let world = match &arguments.world {
        Some(path) => World::from_json(&read(path)?).map_err(|error| {
            let place = match error.field() {
                Some(field) => format!("{}: {field}", path.display()),
                None => path.display().to_string(),
            };
            error.at(place)
        })?,
        None => World::default(),
    };
    let played = with_python(global, writer, async |agent, runner| {
        rehearse(agent, runner, codex.clone(), sources.clone(), &world).await
    });
    let played = played.await?;
    writer.answer(&shown(&played))?;
    verdict(&played, &arguments.file)
}

fn read(path: &Path) -> Result<String> {
    let refuse = |rule: String| {
        Error::new(
            Kind::Usage,
            rule,
            "give a file in JSON with --world; `chime codex test --help` shows one",
        )
    };
    let shown = path.display();
    let unreadable = |error| refuse(format!("cannot read {shown}: {error}"));
    if std::fs::metadata(path).map_err(unreadable)?.len() > MAXIMUM_WORLD_BYTES {
        return Err(refuse(format!(
            "{shown} has more than {MAXIMUM_WORLD_BYTES} bytes"
        )));
    }
    std::fs::read_to_string(path).map_err(unreadable)
}

/// A program that did not come to its end is an error.
fn verdict(played: &Performance, file: &Path) -> Result<()> {
    let (rule, fix) = match &played.end {
        End::Done { .. } => return Ok(()),
        End::Failed { message, .. } => (
            format!("the program failed: {message}"),
            "correct it; the traceback above says where".to_string(),
        ),
        End::Unanswered { section, key } => (
            format!("the program asks for what the world has no answer to: {key}"),
            format!("add \"{section}\": {{\"{key}\": ...}} to the file given with --world"),
        ),
    };
    Err(Error::new(Kind::ExecutionFailed, rule, fix).at(file.display().to_string()))
}

fn shown(played: &Performance) -> Record {
    let asked = played.asked.iter();
    let asked: Vec<Value> = asked
        .map(|asked| json!({ "request": asked.request, "answer": asked.answer }))
        .collect();
    let end = match &played.end {
        End::Done { value, state } => json!({ "value": value, "state": state }),
        End::Failed {
            cause,
            message,
            traceback,
        } => json!({ "cause": cause, "message": message, "traceback": traceback }),
        End::Unanswered { key, .. } => json!({ "unanswered": key }),
    };
    let json = json!({
        "log": played.log,
        "asked": asked,
        "end": end,
        "slices": played.slices,
        "instructions": played.instructions.to_string(),
    });
    let text = text(played);
    Record::of(json, move |_| text.clone())
}

fn text(played: &Performance) -> String {
    let mut parts = Vec::new();
    if !played.log.is_empty() {
        parts.push(block("Log", &played.log));
    }
    if !played.asked.is_empty() {
        let lines = played.asked.iter().enumerate().map(|(index, asked)| {
            let answer = asked.answer.as_deref().unwrap_or("no answer");
            format!("{}  {}\n   -> {answer}", index + 1, asked.request)
        });
        parts.push(block("Asked for", &lines.collect::<Vec<_>>().join("\n")));
    }
    match &played.end {
        End::Done { value, state } => {
            parts.push(block("Value", value));
            parts.extend(state.as_ref().map(|state| block("State", state)));
        }
        End::Failed { traceback, .. } => parts.push(block("Traceback", traceback)),
        End::Unanswered { .. } => {}
    }
    let parts_of_run = match played.slices {
        1 => "1 slice".to_string(),
        count => format!("{count} slices"),
    };
    parts.push(format!(
        "{parts_of_run}, {} instructions",
        played.instructions
    ));
    parts.join("\n\n")
}

fn block(title: &str, text: &str) -> String {
    let text = harmless(text.trim_end());
    let lines = text.lines().map(|line| format!("  {line}"));
    format!("{title}\n{}", lines.collect::<Vec<_>>().join("\n"))
}
