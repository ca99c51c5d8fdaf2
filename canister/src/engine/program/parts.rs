//! What follows from how a part of a program ended: the next part, or the outcome of the attempt.

use chime_types::codex::{Answer, FailureCause, JournalEntry, Request, SliceOutcome};
use chime_types::{
    Action, Cause, Divergence, EventKind, Outcome as AttemptOutcome, ResumeHow, WaitReason, limits,
};

use super::slice::{begin, under_way};
use super::{PartOutcome, UNDER_WAY, changes, codex_name, in_words, size};
use crate::engine::attempt::after;
use crate::engine::failure::Failure;
use crate::engine::lifecycle::log;
use crate::engine::resolve::{self, Resolved};
use crate::engine::turn::{Run, Turn};
use crate::engine::{Outcome, counted_from_one};
use crate::state::records::{ExecutionRecord, JournalRecord};
use crate::state::{Base, Began, State};

/// The reject code under which nobody can tell whether a call was carried out.
const UNKNOWN: u32 = 6;
/// How often a runner may break off at the same slice: a program that needs more than there is does so
/// always.
const MAXIMUM_TRAPS: u32 = 2;

impl Run<'_, '_> {
    /// Takes in how a part of the program ended.
    pub(in crate::engine) fn end_part(&mut self, part: &PartOutcome) {
        let mut journal =
            under_way(self.turn.state, &self.execution).unwrap_or_else(|| begin(&self.execution));
        if journal.codex.is_empty() {
            journal.codex = self.name_of_program();
        }
        let outcome = match part {
            PartOutcome::Ran { began, outcome } => self.ran(&mut journal, began, outcome),
            PartOutcome::NotRun { failure, trapped } => {
                not_run(&mut journal, failure, *trapped, self.turn.now)
            }
            PartOutcome::Answered { answer, cycles } => {
                let cycles = u64::try_from(*cycles).unwrap_or(u64::MAX);
                journal.cycles = journal.cycles.saturating_add(cycles);
                answered(&mut journal, answer.clone(), self.turn.now)
            }
        };
        self.finish_part(journal, outcome.unwrap_or_else(Outcome::Failed));
    }

    /// No part was made: it is tried again then, or it is the end of the attempt.
    pub(in crate::engine) fn put_part_off(&mut self, outcome: &Outcome) {
        let mut journal =
            under_way(self.turn.state, &self.execution).unwrap_or_else(|| begin(&self.execution));
        let outcome = match outcome {
            Outcome::PutOff { until } => Outcome::Later {
                reason: WaitReason::Budget,
                until: Some(*until),
            },
            Outcome::Failed(failure)
                if matches!(failure.cause, Cause::QueueFull | Cause::TooFewCycles) =>
            {
                not_run(&mut journal, failure, false, self.turn.now).unwrap_or_else(Outcome::Failed)
            }
            other => other.clone(),
        };
        self.finish_part(journal, outcome);
    }

    /// The codex that the step runs which the execution is at.
    fn name_of_program(&mut self) -> String {
        let step = self.step();
        match resolve::action_of(self.turn.state, &self.turn.task, &step) {
            Ok(Resolved {
                action: Action::Codex { name, .. },
                ..
            }) => codex_name(&name).to_string(),
            _ => String::new(),
        }
    }

    /// Whether the attempt under way is one at a program that was suspended.
    pub(in crate::engine) fn is_at_program(&self) -> bool {
        self.execution.progress == UNDER_WAY
    }

    /// Nobody answered in time.
    pub(in crate::engine) fn part_timed_out(&mut self, error: &str) {
        let journal = under_way(self.turn.state, &self.execution);
        let is_asking = journal.is_some_and(|journal| journal.pending.is_some());
        self.end_part(&if is_asking {
            let message = error.to_string();
            let answer = Answer::Rejected {
                code: UNKNOWN,
                message,
            };
            PartOutcome::Answered { answer, cycles: 0 }
        } else {
            PartOutcome::NotRun {
                failure: Failure::new(Cause::SystemTransient, error),
                trapped: false,
            }
        });
    }

    /// Keeps the journal of what goes on. That of what ended is kept if it says anything.
    fn finish_part(&mut self, journal: JournalRecord, outcome: Outcome) {
        let goes_on = matches!(outcome, Outcome::More { .. } | Outcome::Later { .. });
        if goes_on || !journal.entries.is_empty() || journal.pending.is_some() {
            let (owner, id) = (self.turn.task.owner, self.execution.id);
            self.turn.state.put_journal(owner, id, &journal);
        }
        self.finish(&outcome);
    }

    fn ran(
        &mut self,
        journal: &mut JournalRecord,
        began: &Began,
        outcome: &SliceOutcome,
    ) -> Result<Outcome, Failure> {
        let first = journal.began.get_or_insert_with(|| began.clone());
        journal.tries = 0;
        journal.traps = 0;
        match outcome {
            SliceOutcome::Done { value, state, log } => {
                let base = first.base.clone();
                self.write_log(journal, log);
                if let Some(text) = state {
                    self.commit(&base, text)?;
                }
                Ok(Outcome::Completed {
                    result: value.clone(),
                    log: None,
                })
            }
            SliceOutcome::Failed {
                cause,
                message,
                traceback,
                log,
            } => {
                self.write_log(journal, log);
                Err(failure(journal, *cause, message, traceback))
            }
            SliceOutcome::Yielded { request, log } => {
                self.write_log(journal, log);
                asked(journal, request.clone(), self.turn.now)
            }
            SliceOutcome::Diverged {
                index,
                expected,
                got,
            } => {
                let is_changed = first.modules != began.modules;
                let version = began.version.unwrap_or(0);
                let expected = in_words(expected);
                let divergence = Divergence {
                    index: *index,
                    expected,
                    got: got.clone(),
                    version,
                };
                let outcome = diverged(journal, divergence, is_changed)?;
                self.tell_of_divergence(journal);
                Ok(outcome)
            }
        }
    }

    /// Says where the program left its journal, and what can be done.
    fn tell_of_divergence(&mut self, journal: &JournalRecord) {
        let Some(divergence) = &journal.divergence else {
            return;
        };
        let text = format!(
            "version {} of the codex {} does not fit what was done already: {}; go on with resume_execution",
            divergence.version,
            journal.codex,
            left_at(divergence)
        );
        log(&mut self.execution, self.turn.now, text.clone());
        self.note(EventKind::ExecutionDiverged, &text);
    }

    /// Puts what a program printed since the slice before into the log of its execution.
    fn write_log(&mut self, journal: &mut JournalRecord, text: &str) {
        let known = usize::try_from(journal.logged).unwrap_or(usize::MAX);
        // A program under another version may print something else: what it prints now counts.
        let new = text.get(known..).unwrap_or("");
        for line in new.lines() {
            log(&mut self.execution, self.turn.now, line.to_string());
        }
        journal.logged = text.len() as u64;
    }

    /// Stores what the program changed of its entities: all of it, or nothing.
    fn commit(&mut self, base: &Base, text: &str) -> Result<(), Failure> {
        let (owner, task) = (self.turn.task.owner, self.turn.task.id);
        let state = &mut *self.turn.state;
        let now = Base {
            task: state.task_entities(owner, task),
            owner: state.owner_entities(owner),
        };
        let merged = changes::merged(base, &now, text)?;
        if merged.task != now.task {
            state.put_task_entities(owner, task, &merged.task);
        }
        if merged.owner != now.owner {
            state.put_owner_entities(owner, &merged.owner);
        }
        Ok(())
    }
}

/// Lets an execution go on whose codex was changed into one that does not fit its journal.
pub fn resume(
    state: &mut State,
    now: u64,
    execution: ExecutionRecord,
    how: ResumeHow,
) -> ExecutionRecord {
    let mut turn = Turn::of(state, now, execution.task_id);
    let mut run = turn.hold(execution);
    let mut journal =
        under_way(run.turn.state, &run.execution).unwrap_or_else(|| begin(&run.execution));
    journal.divergence = None;
    match how {
        ResumeHow::FirstVersion => journal.is_pinned = true,
        ResumeHow::PresentVersion => journal.is_pinned = false,
        ResumeHow::FromStart => run.close_slices(AttemptOutcome::Cancelled),
    }
    let (owner, id) = (run.turn.task.owner, run.execution.id);
    run.turn.state.put_journal(owner, id, &journal);
    run.make_ready();
    run.queue(now);
    run.execution.clone()
}

/// The next part follows at once.
fn more() -> Outcome {
    Outcome::More {
        progress: UNDER_WAY.to_vec(),
    }
}

/// No runner took the slice on. Nothing was done, so it is tried again, after a pause that grows.
fn not_run(
    journal: &mut JournalRecord,
    failure: &Failure,
    trapped: bool,
    now: u64,
) -> Result<Outcome, Failure> {
    journal.tries = journal.tries.saturating_add(1);
    journal.traps = journal.traps.saturating_add(trapped.into());
    if trapped && journal.traps >= MAXIMUM_TRAPS {
        let text = format!(
            "the program needs more than a runner has: it broke off {MAXIMUM_TRAPS} times: {}",
            failure.error
        );
        return Err(Failure::new(Cause::ProgramLimit, text));
    }
    if journal.tries > limits::MAXIMUM_SLICE_RETRIES {
        return Err(failure.clone());
    }
    Ok(Outcome::Later {
        reason: WaitReason::RetryBackoff,
        until: Some(after(now, 1 << journal.tries)),
    })
}

/// The program asks for something.
fn asked(journal: &mut JournalRecord, request: Request, now: u64) -> Result<Outcome, Failure> {
    if journal.entries.len() >= limits::MAXIMUM_JOURNAL_ENTRIES {
        let text = format!(
            "a program asks for at most {} things in one run: let it return, and go on in the next \
             run from what it keeps in its entities",
            limits::MAXIMUM_JOURNAL_ENTRIES
        );
        return Err(Failure::new(Cause::ProgramLimit, text));
    }
    let Request::Sleep { seconds } = request else {
        journal.pending = Some(request);
        check_size(journal)?;
        return Ok(more());
    };
    if seconds > limits::MAXIMUM_SLEEP_SECONDS {
        let text = format!(
            "a program sleeps at most {} s at a time, not {seconds}",
            limits::MAXIMUM_SLEEP_SECONDS
        );
        return Err(Failure::new(Cause::ProgramInvalid, text));
    }
    let until = after(now, seconds);
    journal.entries.push(JournalEntry {
        request,
        answer: Answer::Slept {},
        answered_at: until,
    });
    if seconds == 0 {
        return Ok(more());
    }
    Ok(Outcome::Later {
        reason: WaitReason::Sleep,
        until: Some(until),
    })
}

/// What the program asked for was answered.
fn answered(journal: &mut JournalRecord, answer: Answer, now: u64) -> Result<Outcome, Failure> {
    let Some(request) = journal.pending.take() else {
        panic!("BUG: a program is answered what it asked for");
    };
    journal.tries = 0;
    journal.traps = 0;
    journal.entries.push(JournalEntry {
        request,
        answer,
        answered_at: now,
    });
    check_size(journal)?;
    Ok(more())
}

fn check_size(journal: &JournalRecord) -> Result<(), Failure> {
    let bytes = size(journal);
    if bytes <= limits::MAXIMUM_JOURNAL_BYTES as u64 {
        return Ok(());
    }
    let text = format!(
        "what the program asked for and was answered has {bytes} bytes, at most {} are kept: ask for \
         less at a time, or let it return and go on in the next run",
        limits::MAXIMUM_JOURNAL_BYTES
    );
    Err(Failure::new(Cause::ProgramLimit, text))
}

/// The program does not do again what its journal says that it did.
fn diverged(
    journal: &mut JournalRecord,
    divergence: Divergence,
    is_changed: bool,
) -> Result<Outcome, Failure> {
    if !is_changed {
        let text = format!(
            "the program does not do the same again, so it cannot be replayed: {}; what differs from run to \
             run has to come from `ic`, `time` or `random`",
            left_at(&divergence)
        );
        return Err(Failure::new(Cause::ProgramDiverged, text));
    }
    journal.divergence = Some(divergence);
    Ok(Outcome::Later {
        reason: WaitReason::Diverged,
        until: None,
    })
}

fn left_at(divergence: &Divergence) -> String {
    format!(
        "entry {} of its journal is {}, and now the program has {}",
        counted_from_one(divergence.index),
        divergence.expected,
        divergence.got
    )
}

fn failure(
    journal: &JournalRecord,
    cause: FailureCause,
    message: &str,
    traceback: &str,
) -> Failure {
    let cause = match cause {
        FailureCause::Exception if is_unknown(journal) => Cause::OutcomeUnknown,
        FailureCause::Exception => Cause::ProgramFailed,
        FailureCause::Syntax | FailureCause::Yield => Cause::ProgramInvalid,
        FailureCause::Instructions
        | FailureCause::Memory
        | FailureCause::Output
        | FailureCause::State => Cause::ProgramLimit,
    };
    let error = match traceback.trim_end() {
        "" => message.to_string(),
        traceback => format!("{message}\n{traceback}"),
    };
    Failure::new(cause, error)
}

/// Whether nobody can tell if the last thing that the program asked for was carried out.
fn is_unknown(journal: &JournalRecord) -> bool {
    let last = journal.entries.last().map(|entry| &entry.answer);
    matches!(last, Some(Answer::Rejected { code: UNKNOWN, .. }))
}
