//! What canisters answered, in what the scheduler answers: shown with names, not with hashes.
//!
//! The scheduler does not know the interfaces of those that it calls. Names that everybody knows are
//! put in at once; where others are wanting, the interfaces of the task's callees are asked for.

use std::collections::BTreeSet;

use chime_types as types;
use serde_json::Value;

use crate::error::Result;
use crate::scheduler::{Canister, Manner, Scheduler};

/// An answer of the scheduler in which answers of others may stand.
pub(crate) trait Shown {
    /// Looks at the texts that others may have answered, and at the tasks that asked for them.
    fn visit(&mut self, look: &mut dyn FnMut(&mut String));

    /// The tasks that asked.
    fn tasks(&self) -> Vec<u64>;
}

/// Most tasks whose callees are asked for one answer.
const MAXIMUM_TASKS: usize = 20;

impl<C: Canister> Scheduler<C> {
    /// Puts names into an answer. Whatever is wanting stays as it is.
    pub(crate) async fn put_names(&self, answer: &mut (impl Shown + Send)) {
        if !self.put_known_names(answer) {
            return;
        }
        let tasks: BTreeSet<u64> = answer.tasks().into_iter().take(MAXIMUM_TASKS).collect();
        let mut is_learned = false;
        for task_id in tasks {
            is_learned |= self.learn_task(task_id).await;
        }
        if is_learned {
            self.put_known_names(answer);
        }
    }

    /// Whether some are not known.
    fn put_known_names(&self, answer: &mut impl Shown) -> bool {
        let mut is_wanting = false;
        self.callees.with_names(|names| {
            answer.visit(&mut |text| {
                let (named, unknown) = names.put_into(text);
                is_wanting |= unknown;
                if let Some(named) = named {
                    *text = named;
                }
            });
        });
        is_wanting
    }

    /// Asks for the interfaces of the canisters that a task calls, once in a while.
    async fn learn_task(&self, task_id: u64) -> bool {
        if !self.callees.wants(task_id) {
            return false;
        }
        // What is asked for here is looked at here: no names are put into it.
        let request = types::TaskRequest { task_id };
        let asked: Result<types::TaskResult> = self.ask(Manner::Query, "get_task", &request).await;
        let Ok(types::TaskResult::Ok(task)) = asked else {
            return false;
        };
        let mut is_learned = false;
        for step in &task.steps {
            if let types::Action::Call { canister, .. } = &step.action {
                is_learned |= self.callee(*canister).await.is_some();
            }
        }
        is_learned
    }
}

impl Shown for types::TaskExecution {
    fn visit(&mut self, look: &mut dyn FnMut(&mut String)) {
        let attempts = self.attempts.iter_mut();
        let texts = attempts.flat_map(|attempt| [&mut attempt.result, &mut attempt.error]);
        let steps = self.steps.iter_mut();
        let steps = steps.flat_map(|step| [&mut step.result, &mut step.error]);
        let own = [&mut self.result, &mut self.error];
        texts.chain(steps).chain(own).flatten().for_each(&mut *look);
        self.logs
            .iter_mut()
            .for_each(|line| look(&mut line.message));
    }

    fn tasks(&self) -> Vec<u64> {
        vec![self.task_id]
    }
}

impl Shown for types::TaskExecutionPage {
    fn visit(&mut self, look: &mut dyn FnMut(&mut String)) {
        for execution in &mut self.executions {
            execution.visit(look);
        }
    }

    fn tasks(&self) -> Vec<u64> {
        self.executions
            .iter()
            .map(|execution| execution.task_id)
            .collect()
    }
}

impl Shown for types::MessagePage {
    fn visit(&mut self, look: &mut dyn FnMut(&mut String)) {
        for message in &mut self.messages {
            look(&mut message.subject);
            look(&mut message.message);
        }
    }

    fn tasks(&self) -> Vec<u64> {
        self.messages
            .iter()
            .filter_map(|message| message.task_id)
            .collect()
    }
}

impl Shown for types::EventPage {
    fn visit(&mut self, look: &mut dyn FnMut(&mut String)) {
        self.events
            .iter_mut()
            .for_each(|event| look(&mut event.detail));
    }

    fn tasks(&self) -> Vec<u64> {
        self.events
            .iter()
            .filter_map(|event| event.task_id)
            .collect()
    }
}

impl Shown for Value {
    fn visit(&mut self, look: &mut dyn FnMut(&mut String)) {
        match self {
            Self::String(text) => look(text),
            Self::Array(items) => items.iter_mut().for_each(|item| item.visit(look)),
            Self::Object(members) => members.values_mut().for_each(|member| member.visit(look)),
            Self::Null | Self::Bool(_) | Self::Number(_) => {}
        }
    }

    fn tasks(&self) -> Vec<u64> {
        match self {
            Self::Array(items) => items.iter().flat_map(Shown::tasks).collect(),
            Self::Object(members) => {
                let own = members.get("task_id").and_then(Self::as_str);
                let own = own.and_then(|id| id.parse().ok());
                own.into_iter()
                    .chain(members.values().flat_map(Shown::tasks))
                    .collect()
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => Vec::new(),
        }
    }
}

/// Answers in which nobody's answer stands. One that is missing here does not compile.
macro_rules! nobody_s {
    ($($answer:ident)*) => {$(
        impl Shown for types::$answer {
            fn visit(&mut self, _: &mut dyn FnMut(&mut String)) {}

            fn tasks(&self) -> Vec<u64> {
                Vec::new()
            }
        }
    )*};
}

nobody_s! {
    ActionDefinition ActionPage Alert AlertPage ApiDoc Backfill BackfillPage Backup BackupChunk Codex CodexPage
    Entities Journal
    BackupPage ClaimedJobs Config DeletedTask Delivery DryRun JobLease Removed ReplayedDeadLetters
    ReportPage RestoredBackup SchedulePreview SecretNames Stats Task TaskPage User UserPage
}
