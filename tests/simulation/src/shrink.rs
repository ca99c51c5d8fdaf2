//! Makes a story that fails short: operations go, then parts of tasks, as long as the same rule is
//! broken.

use crate::many::outcome;
use crate::perform::Failure;
use crate::story::{Operation, Story};
use crate::violation::Rule;
use crate::world::Modules;

/// Runs of one shrinking.
const MAXIMUM_RUNS: u32 = 600;

/// What is tried, and how often that may be.
struct Shrinker<'a> {
    modules: &'a Modules,
    rule: Rule,
    left: u32,
}

/// The shortest story that was found to break the same rule, and how.
///
/// # Panics
/// If the story breaks no rule.
#[must_use]
pub fn shortest(story: &Story, modules: &Modules) -> (Story, Failure) {
    let failure = outcome(story, modules).expect_err("it failed before");
    let mut shrinker = Shrinker {
        modules,
        rule: failure.violation.rule,
        left: MAXIMUM_RUNS,
    };
    let mut best = story.clone();
    best.operations.truncate(failure.after + 1);
    if !shrinker.still_fails(&best) {
        best.clone_from(story);
    }
    shrinker.drop_operations(&mut best);
    shrinker.simplify_tasks(&mut best);
    shrinker.drop_operations(&mut best);
    best.breaks = Some(format!("{:?}", shrinker.rule));
    let failure = outcome(&best, modules).expect_err("it still fails");
    (best, failure)
}

impl Shrinker<'_> {
    fn still_fails(&mut self, story: &Story) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        outcome(story, self.modules)
            .err()
            .is_some_and(|failure| failure.violation.rule == self.rule)
    }

    fn drop_operations(&mut self, best: &mut Story) {
        let mut size = best.operations.len() / 2;
        while size > 0 {
            let mut at = 0;
            while at < best.operations.len() {
                let mut shorter = best.clone();
                let end = (at + size).min(shorter.operations.len());
                shorter.operations.drain(at..end);
                if self.still_fails(&shorter) {
                    *best = shorter;
                } else {
                    at += size;
                }
            }
            size /= 2;
        }
    }

    fn simplify_tasks(&mut self, best: &mut Story) {
        for index in 0..best.operations.len() {
            for part in 0..PARTS {
                let mut simpler = best.clone();
                let Some(Operation::Create { plan, .. }) = simpler.operations.get_mut(index) else {
                    break;
                };
                let before = plan.clone();
                simplify(plan, part);
                if *plan != before && self.still_fails(&simpler) {
                    *best = simpler;
                }
            }
        }
    }
}

/// Ways to make a task simpler.
const PARTS: u8 = 10;

fn simplify(plan: &mut crate::story::TaskPlan, part: u8) {
    match part {
        0 => plan.steps.truncate(1),
        1 => plan.schedules.truncate(1),
        2 => plan.callback = false,
        3 => plan.execution_timeout_seconds = None,
        4 => plan.maximum_concurrent = None,
        5 => plan.pause_after_failures = None,
        6 => plan.retries = 0,
        7 => {
            for schedule in &mut plan.schedules {
                schedule.jitter_seconds = None;
            }
        }
        8 => {
            for schedule in &mut plan.schedules {
                schedule.maximum_runs = None;
                schedule.end_after_seconds = None;
            }
        }
        _ => {
            for schedule in &mut plan.schedules {
                schedule.window_seconds = None;
                schedule.start_after_seconds = None;
            }
        }
    }
}
