//! `maintenance`: looks at every entry of every map, whether it agrees with all that refers to it or
//! that it refers to, and mends what can be mended without loss.
//!
//! Other messages run between two slices. So everything that must agree with an entry is looked at
//! together with it, in one slice: a task with its list of active executions and its counts, an owner
//! with the sums over its tasks, the scheduler with the sums over its owners. A sum over more than
//! can be counted in one message is left out.
//!
//! | file | what |
//! | --- | --- |
//! | `tasks` | tasks, their plans, lists and counts |
//! | `schedules` | schedules and their places in the agenda |
//! | `executions`, `mend` | executions: what each status has and has not |
//! | `queues` | the agenda, the ready queue, the parked, the jobs |
//! | `lists` | lists and indexes whose entries lead nowhere |
//! | `deliveries` | what is on its way, its lanes and places |
//! | `others` | backfills, alerts, backups, users, events |
//! | `sums` | owners and the scheduler as a whole |

mod deliveries;
mod executions;
mod finding;
mod lists;
mod mend;
mod others;
mod queues;
mod schedules;
mod sums;
mod tasks;

use std::collections::BTreeMap;

use chime_types::{Action, EventKind};
use serde::{Deserialize, Serialize};

use super::slices::{Piece, Slice, Work};
use crate::engine::Failure;
use crate::engine::timeline::Note;
#[cfg(test)]
use crate::state::State;
use crate::state::inspect::{Entry, Part};
use finding::{Finding, Look};

/// Entries of one piece.
const ENTRIES: usize = 20;
/// Violations that are told in words.
const TEXTS: usize = 50;

/// How far maintenance is.
#[derive(Serialize, Deserialize)]
pub struct Maintenance {
    /// The map that it goes through, by its place in `Part::ALL`.
    part: usize,
    /// The last entry of it that was looked at.
    #[serde(with = "serde_bytes")]
    cursor: Option<Vec<u8>>,
    checked: BTreeMap<String, u64>,
    violations: Vec<String>,
    violation_count: u64,
    repaired: u64,
}

impl Work for Maintenance {
    const KIND: &'static str = "maintenance";
    const PIECES: usize = 50;

    fn begin(_: &mut Slice<'_>, _: &Action) -> Result<Self, Failure> {
        Ok(Self {
            part: 0,
            cursor: None,
            checked: BTreeMap::new(),
            violations: Vec::new(),
            violation_count: 0,
            repaired: 0,
        })
    }

    fn piece(&mut self, slice: &mut Slice<'_>, action: &Action) -> Result<Piece, Failure> {
        let dry_run = matches!(
            action,
            Action::Maintenance {
                dry_run: Some(true)
            }
        );
        let Some(part) = Part::ALL.get(self.part) else {
            self.take(slice, dry_run, sums::whole);
            return Ok(Piece::Done(self.summary()));
        };
        let entries = slice
            .state
            .entries_after(*part, self.cursor.as_deref(), ENTRIES);
        self.checked.entry(part.name().to_string()).or_default();
        if entries.is_empty() {
            self.part += 1;
            self.cursor = None;
        }
        for entry in entries {
            *self.checked.entry(part.name().to_string()).or_default() += 1;
            self.cursor = Some(entry.cursor());
            self.take(slice, dry_run, |look| at(look, &entry));
            // Of all entries a task alone may have many others to look at.
            if *part == Part::Tasks && slice.budget.is_spent() {
                break;
            }
        }
        Ok(Piece::More)
    }
}

impl Maintenance {
    /// Takes in what a look finds, and mends it.
    fn take(&mut self, slice: &mut Slice<'_>, dry_run: bool, at: impl FnOnce(&mut Look<'_>)) {
        let mut look = Look::new(slice.state, slice.now);
        at(&mut look);
        let findings = look.findings();
        self.violation_count += findings.len() as u64;
        for Finding { text, repair } in findings {
            if let Some(repair) = repair.filter(|_| !dry_run) {
                repair(slice.state, slice.now);
                self.repaired += 1;
                Note::new(EventKind::StoreRepaired, slice.task.owner)
                    .detail(&text)
                    .write(slice.state, slice.now);
            }
            if self.violations.len() < TEXTS {
                self.violations.push(text);
            }
        }
    }

    fn summary(&self) -> serde_json::Value {
        serde_json::json!({
            "checked": self.checked,
            "violations": self.violations,
            "violation_count": self.violation_count,
            "repaired": self.repaired,
        })
    }
}

/// Looks at one entry.
fn at(look: &mut Look<'_>, entry: &Entry) {
    match entry {
        Entry::Tasks(id) => tasks::look(look, *id),
        Entry::Plans(key) => tasks::plan(look, *key),
        Entry::Schedules(id) => schedules::look(look, *id),
        Entry::Executions(id) => executions::look(look, *id),
        Entry::Agenda(key) => queues::agenda(look, *key),
        Entry::Ready(key) => queues::ready(look, *key),
        Entry::Parked(key) => queues::parked(look, *key),
        Entry::Jobs(key) => queues::job(look, key),
        Entry::Backfills(id) => others::backfill(look, *id),
        Entry::Users(principal) => others::user(look, *principal),
        Entry::Events(id) | Entry::AccessEvents(id) => others::event(look, *id),
        Entry::Alerts(id) => others::alert(look, *id),
        Entry::Deliveries(id) => deliveries::look(look, *id),
        Entry::DeliveryQueue(key) => deliveries::entry(look, *key),
        Entry::DeliveryLanes(lane) => deliveries::lane(look, *lane),
        Entry::Sent(subject) => deliveries::sent(look, *subject),
        Entry::Backups(id) => others::backup(look, *id),
        Entry::Owners(owner) => sums::owner(look, *owner),
        Entry::Usage(owner) => sums::usage(look, *owner),
        listed => lists::look(look, listed),
    }
}

/// Everything in the store that is not as it should be, in words. For tests: it looks at the whole
/// store at once, as of its latest event.
#[cfg(test)]
pub fn violations(state: &State) -> Vec<String> {
    let mut look = Look::new(state, state.last_event_at().unwrap_or(0));
    for part in Part::ALL {
        for entry in state.entries_after(*part, None, usize::MAX) {
            at(&mut look, &entry);
        }
    }
    sums::whole(&mut look);
    let findings = look.findings();
    findings.into_iter().map(|finding| finding.text).collect()
}
