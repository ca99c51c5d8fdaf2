//! Many seeds, on all cores.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chime_replica::on_guest_stack;

use crate::generate;
use crate::perform::{Counts, Failure, carry_out};
use crate::story::Story;
use crate::violation::{Rule, Violation};
use crate::world::Modules;

/// Failures that are kept; the others are only counted.
const FAILURES_KEPT: usize = 20;
/// Between two lines about how far it is.
const PROGRESS: Duration = Duration::from_secs(5);

/// What came of many seeds.
#[derive(Debug, Default)]
pub struct Summary {
    /// Seeds that were run.
    pub seeds: u64,
    /// What their runs were made of.
    pub counts: Counts,
    /// Seeds that broke a rule.
    pub violations: u64,
    /// The first of them.
    pub failures: Vec<(Story, Failure)>,
    /// How long it took.
    pub elapsed: Duration,
}

/// What comes of a story. A panic is a failure of the simulation.
///
/// # Errors
/// The first rule that is broken.
pub fn outcome(story: &Story, modules: &Modules) -> Result<Counts, Failure> {
    let run = || on_guest_stack(|| carry_out(story, modules));
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no text");
        Err(Failure {
            after: story.operations.len(),
            violation: Violation::new(Rule::Panic, text),
        })
    })
}

/// How seeds are run.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// So many at a time.
    pub jobs: usize,
    /// The first violation is enough.
    pub until_violation: bool,
}

/// Runs seeds, and says every few seconds how far it is.
///
/// # Panics
/// If a thread does.
pub fn run(
    seeds: Range<u64>,
    pace: Pace,
    modules: &Modules,
    say: &(dyn Fn(&str) + Sync),
) -> Summary {
    let begun = Instant::now();
    let count = seeds.end - seeds.start;
    let next = AtomicU64::new(seeds.start);
    let summary = Mutex::new(Summary::default());
    let told = Mutex::new(begun);
    std::thread::scope(|scope| {
        for _ in 0..pace.jobs {
            scope.spawn(|| {
                on_guest_stack(|| {
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= seeds.end {
                            break;
                        }
                        let story = generate::story(seed);
                        let result = outcome(&story, modules);
                        if let Err(failure) = &result {
                            say(&format!(
                                "seed {seed}, after operation {}: {}",
                                failure.after, failure.violation
                            ));
                        }
                        let mut summary = summary.lock().expect("no thread panics with it");
                        summary.take(story, result);
                        if pace.until_violation && summary.violations > 0 {
                            break;
                        }
                        let mut told = told.lock().expect("no thread panics with it");
                        if told.elapsed() >= PROGRESS {
                            *told = Instant::now();
                            say(&progress(&summary, count, begun.elapsed()));
                        }
                    }
                });
            });
        }
    });
    let mut summary = summary.into_inner().expect("no thread panicked with it");
    summary.failures.sort_by_key(|(story, _)| story.seed);
    summary.elapsed = begun.elapsed();
    summary
}

impl Summary {
    fn take(&mut self, story: Story, result: Result<Counts, Failure>) {
        self.seeds += 1;
        match result {
            Ok(counts) => self.counts.add(&counts),
            Err(failure) => {
                self.violations += 1;
                if self.failures.len() < FAILURES_KEPT {
                    self.failures.push((story, failure));
                }
            }
        }
    }
}

fn progress(summary: &Summary, count: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    let pace = summary.seeds as f64 / seconds;
    let left = (count - summary.seeds) as f64 / pace.max(f64::MIN_POSITIVE);
    format!(
        "{} of {count} seeds, {pace:.1} a second, {:.0} s left, {} violations",
        summary.seeds, left, summary.violations
    )
}
