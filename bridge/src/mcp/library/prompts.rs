//! Prompts: what people can ask for by name. Each brings along what the model needs to begin.

use std::fmt::Write;

use rmcp::ErrorData;
use rmcp::model::{
    ContentBlock, GetPromptRequestParams, GetPromptResult, Prompt, PromptArgument, PromptMessage,
    Role,
};
use serde_json::{Value, json};

use super::Library;
use super::address::Address;
use crate::error::Error;
use crate::mcp::offer::Answer;

pub const PLAN: &str = "plan_schedule";
pub const DIAGNOSE: &str = "diagnose_task";
pub const REVIEW: &str = "review_tasks";
pub const PYTHON: &str = "write_python_task";

/// The world of a program, as people read of it.
const WORLD: &str = include_str!("../../../../docs/python.md");
/// Where in it the commands for people begin.
const COMMANDS: &str = "## Codices";

/// The arguments of prompts, by name; completions know them too.
pub const TASK: &str = "task";
pub const TIMEZONE: &str = "timezone";
pub const ACTION: &str = "action";

pub fn prompts() -> Vec<Prompt> {
    vec![
        Prompt::new(
            PLAN,
            Some("Plan a task and its schedule, and make it once you agree."),
            Some(vec![
                argument("what", "What shall be done.").with_required(true),
                argument(
                    "when",
                    "When, in your own words: every weekday at 8, on the last day of \
                 the month.",
                ),
                argument(
                    TIMEZONE,
                    "The time zone of the times, such as Europe/Zurich.",
                ),
                argument(ACTION, "A registered action that does it."),
            ]),
        )
        .with_title("Plan a schedule"),
        Prompt::new(
            DIAGNOSE,
            Some("Find out why a task fails, and how to fix it."),
            Some(vec![
                argument(TASK, "The task: its id or its name.").with_required(true),
            ]),
        )
        .with_title("Diagnose a failing task"),
        Prompt::new(
            REVIEW,
            Some("Go through all tasks: what fails, what is idle, what may be simpler."),
            Some(vec![argument(
                "focus",
                "What to look at above all: failures, cost, overlaps, ...",
            )]),
        )
        .with_title("Review my tasks"),
        Prompt::new(
            PYTHON,
            Some("Write a task in Python that calls canisters, sends requests and keeps state."),
            Some(vec![
                argument("what", "What shall be done.").with_required(true),
                argument("when", "When, in your own words."),
            ]),
        )
        .with_title("Write a task in Python"),
    ]
}

fn argument(name: &str, description: &str) -> PromptArgument {
    PromptArgument::new(name).with_description(description)
}

impl Library {
    /// Fills in a prompt.
    pub async fn prompt(&self, request: &GetPromptRequestParams) -> Answer<GetPromptResult> {
        let arguments = Arguments::of(request)?;
        match request.name.as_str() {
            PLAN => plan(&arguments),
            DIAGNOSE => self.diagnose(&arguments).await,
            REVIEW => Ok(review(&arguments)),
            PYTHON => python(&arguments),
            _ => Err(ErrorData::invalid_params(
                format!("there is no prompt {:?}", request.name),
                None,
            )),
        }
    }

    /// Brings along the task and its latest executions, as they are now.
    async fn diagnose(&self, arguments: &Arguments<'_>) -> Answer<GetPromptResult> {
        let selector = arguments.required(TASK)?;
        let refused = |error: Error| {
            ErrorData::invalid_params(
                format!("{}. {}", error.explanation(), error.fix()),
                Some(error.to_json()),
            )
        };
        let task = self
            .scheduler
            .find_task(selector)
            .await
            .map_err(|error| refused(error.at(TASK)))?;
        let mut messages = vec![PromptMessage::new_text(
            Role::User,
            format!(
                "Find out why task {} ({:?}) fails, and how to fix it. The task and its latest \
                 executions follow, as they are now. Tell apart what the step itself did wrong \
                 (its error, its attempts), what the schedule does (times, zone, missed and \
                 skipped slots), and what stands in its way (limits, time-outs, a worker that \
                 does not claim). Say what you are sure of and what you infer, name the \
                 execution that shows it, and propose the smallest change that mends it. Change \
                 nothing before I agree.",
                task.id, task.name
            ),
        )];
        for address in [Address::Task(task.id), Address::TaskExecutions(task.id)] {
            let contents = self.contents(address).await.map_err(refused)?;
            messages.push(PromptMessage::new(
                Role::User,
                ContentBlock::resource(contents),
            ));
        }
        Ok(GetPromptResult::new(messages)
            .with_description(format!("Diagnosis of task {}", task.id)))
    }
}

fn plan(arguments: &Arguments<'_>) -> Answer<GetPromptResult> {
    let mut text = format!(
        "Plan a task for Chime that does this: {}\n",
        arguments.required("what")?
    );
    let mut line = |name: &str, value: Option<&str>, otherwise: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name}: {}", value.unwrap_or(otherwise));
    };
    line("When", arguments.get("when"), "not said yet: ask me");
    line(
        "Time zone",
        arguments.get(TIMEZONE),
        "not said yet: ask me, unless the times do not depend on it",
    );
    line("Registered action", arguments.get(ACTION), "none named");
    text.push_str(
        "\nRead chime://guide if you do not know the scheduler. Preview the schedule first and \
         show me its meaning in words and the next five times, in UTC and in my zone; point out \
         what happens when the clocks change and when a run is missed or takes longer than the \
         pause between two. Choose retries and time-outs that fit the work, and say why. Make the \
         task only after I agree, with an idempotency_key, and then show me when it runs first.",
    );
    Ok(
        GetPromptResult::new(vec![PromptMessage::new_text(Role::User, text)])
            .with_description("Plan of a task"),
    )
}

fn review(arguments: &Arguments<'_>) -> GetPromptResult {
    let focus = arguments.get("focus").map_or(String::new(), |focus| {
        format!(" Look above all at: {focus}.")
    });
    GetPromptResult::new(vec![PromptMessage::new_text(
        Role::User,
        format!(
            "Review my tasks on Chime.{focus} Go through the list page by page, and through the \
             figures and the dead letters. Tell me, in a table with the id and the name of each \
             task: which fail or were paused by failures, which have no next run, which are \
             missed or skipped and why, which run at the same minute, which have no time-out or \
             retry where they need one. Then propose changes, the most useful first. Change \
             nothing before I agree."
        ),
    )])
    .with_description("Review of all tasks")
}

/// States what a program sees, since no model knows it.
fn python(arguments: &Arguments<'_>) -> Answer<GetPromptResult> {
    let what = arguments.required("what")?;
    let when = arguments.get("when").unwrap_or("not said yet: ask me");
    let task = format!(
        "Write a task for Chime in Python that does this: {what}\nWhen: {when}\n\nWhat a program sees is \
         below. Show me the program first and say what it calls, what it keeps and what it does when a call is \
         rejected. When I agree, store it with put_codex, make a task with a step {{\"codex\": {{\"name\": \
         ...}}}}, run it once with run_task_now, and show me its log, its result and, from get_journal, what it \
         asked for. The tools for codices are in the set `codices`.",
    );
    let world = WORLD.split(COMMANDS).next().unwrap_or(WORLD);
    Ok(GetPromptResult::new(vec![
        PromptMessage::new_text(Role::User, task),
        PromptMessage::new_text(Role::User, world),
    ])
    .with_description("A task in Python"))
}

/// The arguments of a request: texts by name.
struct Arguments<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Arguments<'a> {
    fn of(request: &'a GetPromptRequestParams) -> Answer<Self> {
        let given = request.arguments.iter().flatten();
        given
            .map(|(name, value)| match value {
                Value::String(text) => Ok((name.as_str(), text.as_str())),
                _ => Err(missing(name, "must be text")),
            })
            .collect::<Answer<_>>()
            .map(Self)
    }

    /// An argument that is given and not blank.
    fn get(&self, name: &str) -> Option<&'a str> {
        let given = self.0.iter().find(|(given, _)| *given == name);
        given
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    fn required(&self, name: &str) -> Answer<&'a str> {
        self.get(name).ok_or_else(|| missing(name, "is missing"))
    }
}

fn missing(name: &str, what: &str) -> ErrorData {
    ErrorData::invalid_params(
        format!("the argument {name} {what}"),
        Some(json!({ "field": name })),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(name: &str, arguments: Value) -> GetPromptRequestParams {
        let mut request = GetPromptRequestParams::new(name);
        request.arguments = arguments.as_object().cloned();
        request
    }

    fn text(result: &GetPromptResult) -> String {
        result.messages[0].content.as_text().unwrap().text.clone()
    }

    #[test]
    fn should_keep_its_prompts() {
        insta::assert_json_snapshot!(prompts());
    }

    #[test]
    fn should_ask_for_what_is_not_said_yet() {
        let request = request(PLAN, json!({ "what": "water the plants", "timezone": " " }));
        let plan = plan(&Arguments::of(&request).unwrap()).unwrap();
        let text = text(&plan);
        assert!(text.contains("water the plants"), "{text}");
        assert!(text.contains("When: not said yet"), "{text}");
        assert!(text.contains("Time zone: not said yet"), "{text}");
    }

    #[test]
    fn should_name_the_argument_at_fault() {
        let empty = request(PLAN, json!({}));
        let error = plan(&Arguments::of(&empty).unwrap()).unwrap_err();
        assert_eq!(error.code.0, -32602);
        assert_eq!(error.data.unwrap()["field"], "what");
        let number = request(PLAN, json!({ "what": 7 }));
        assert!(Arguments::of(&number).is_err());
    }

    #[test]
    fn should_state_the_world_of_a_program() {
        assert!(WORLD.contains(COMMANDS));
        let request = request(PYTHON, json!({ "what": "count the users" }));
        let result = python(&Arguments::of(&request).unwrap()).unwrap();
        assert!(text(&result).contains("count the users"));
        let world = &result.messages[1].content.as_text().unwrap().text;
        for part in ["ic.call(", "TaskEntity", "ic.sleep(", "262,144 bytes"] {
            assert!(world.contains(part), "{part}");
        }
        assert!(!world.contains(COMMANDS));
    }

    #[test]
    fn should_pass_on_the_focus_of_a_review() {
        let request = request(REVIEW, json!({ "focus": "cost" }));
        assert!(text(&review(&Arguments::of(&request).unwrap())).contains("above all at: cost"));
    }
}
