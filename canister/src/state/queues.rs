//! What waits: for time in the agenda, for a place in the ready queue, behind a limit among the
//! parked, for a worker among the jobs.

use std::ops::Bound::{Excluded, Unbounded};

use candid::Principal;

use super::State;
use super::keys::{AgendaKey, ExecutionId, JobKey, LimitKey, ParkedKey, ReadyKey, Wake};
use super::records::{Place, Unit};

impl State {
    /// Puts a wake into the agenda.
    pub fn wake_at(&mut self, due_at: u64, wake: Wake) -> AgendaKey {
        let key = AgendaKey {
            due_at,
            sequence: self.count(|header| &mut header.next_sequence),
        };
        self.agenda.insert(key, wake);
        if let Some(first) = self.first_wake.get()
            && first.is_none_or(|(earlier, _)| key < earlier)
        {
            self.first_wake.set(Some(Some((key, wake))));
        }
        key
    }

    /// Takes a wake out of the agenda.
    pub fn cancel_wake(&mut self, key: Option<AgendaKey>) {
        let Some(key) = key else { return };
        self.agenda.remove(&key);
        if matches!(self.first_wake.get(), Some(Some((first, _))) if first == key) {
            self.first_wake.set(None);
        }
    }

    /// The earliest entry of the agenda that is not passed over. It is asked for several times in each
    /// message, so it is remembered on the heap.
    pub fn first_wake(&self) -> Option<(AgendaKey, Wake)> {
        if let Some(first) = self.first_wake.get() {
            return first;
        }
        let care = self.care();
        let first = if care.shelf.is_empty() {
            self.agenda.first_key_value()
        } else {
            let mut entries = self.agenda.iter().map(|entry| entry.into_pair());
            entries.find(|(key, _)| !care.passes_over(Unit::Wake(*key)))
        };
        self.first_wake.set(Some(first));
        first
    }

    /// An entry of the agenda.
    pub fn wake(&self, key: AgendaKey) -> Option<Wake> {
        self.agenda.get(&key)
    }

    /// Entries of the agenda.
    pub fn agenda_len(&self) -> u64 {
        self.agenda.len()
    }

    /// Puts an execution of an owner into a queue.
    pub fn enter_queue(&mut self, owner: Principal, place: &Place) {
        match place {
            Place::Ready(ready) => {
                self.ready.insert(*ready, ());
            }
            Place::Parked(limit, ready) => {
                self.parked.insert(parked(*limit, *ready), ());
            }
            Place::Job(queue, ready) => {
                for key in jobs(owner, queue, *ready) {
                    self.jobs.insert(key, ());
                }
            }
        }
    }

    /// Takes an execution of an owner out of its queue.
    pub fn leave_queue(&mut self, owner: Principal, place: &Place) {
        match place {
            Place::Ready(ready) => {
                self.ready.remove(ready);
            }
            Place::Parked(limit, ready) => {
                self.parked.remove(&parked(*limit, *ready));
            }
            Place::Job(queue, ready) => {
                for key in jobs(owner, queue, *ready) {
                    self.jobs.remove(&key);
                }
            }
        }
    }

    /// Notes who holds an execution under a lease.
    pub fn add_lease(&mut self, holder: Principal, id: ExecutionId) {
        self.leases.insert((holder, id), ());
    }

    /// Forgets who held an execution under a lease.
    pub fn remove_lease(&mut self, holder: Principal, id: ExecutionId) {
        self.leases.remove(&(holder, id));
    }

    /// What somebody holds under leases. Those that an older release gave out are not among them.
    pub fn leases_of(&self, holder: Principal) -> impl Iterator<Item = ExecutionId> {
        self.leases
            .range((holder, ExecutionId(0))..=(holder, ExecutionId(u64::MAX)))
            .map(|entry| entry.key().1)
    }

    /// Whether an execution of an owner stands where it says.
    pub fn is_in_queue(&self, owner: Principal, place: &Place) -> bool {
        match place {
            Place::Ready(ready) => self.ready.contains_key(ready),
            Place::Parked(limit, ready) => self.parked.contains_key(&parked(*limit, *ready)),
            Place::Job(queue, ready) => jobs(owner, queue, *ready)
                .iter()
                .all(|key| self.jobs.contains_key(key)),
        }
    }

    /// The execution to start next.
    pub fn first_ready(&self) -> Option<ReadyKey> {
        let care = self.care();
        if care.shelf.is_empty() {
            return self.ready.first_key_value().map(|(key, ())| key);
        }
        let mut keys = self.ready.keys();
        keys.find(|key| !care.passes_over(Unit::Ready(*key)))
    }

    /// Executions in the ready queue.
    pub fn ready_len(&self) -> u64 {
        self.ready.len()
    }

    /// The execution that goes on first when a limit has a free place.
    pub fn first_parked(&self, limit: LimitKey) -> Option<ReadyKey> {
        let lowest = ReadyKey {
            rank: 0,
            execution_id: ExecutionId(0),
        };
        self.parked
            .range(parked(limit, lowest)..)
            .next()
            .map(|entry| *entry.key())
            .filter(|key| key.limit == limit)
            .map(|key| key.ready)
    }

    /// The next owner after `last`, and after the last one the first, of whom an execution waits for
    /// one of the places that all share.
    pub fn next_to_share(&self, last: Option<Principal>) -> Option<Principal> {
        let highest = ReadyKey {
            rank: u64::MAX,
            execution_id: ExecutionId(u64::MAX),
        };
        let after = |owner| {
            let from = Excluded(parked(LimitKey::Share(owner), highest));
            let found = self.parked.range((from, Unbounded)).next()?;
            match found.key().limit {
                LimitKey::Share(owner) => Some(owner),
                _ => None,
            }
        };
        // The shortest principal is the lowest, and nobody's.
        let first = Principal::from_slice(&[]);
        last.and_then(after).or_else(|| after(first))
    }

    /// The next owner after `last` behind whose own limit an execution is parked.
    pub fn next_held_back(&self, last: Option<Principal>) -> Option<Principal> {
        let highest = ReadyKey {
            rank: u64::MAX,
            execution_id: ExecutionId(u64::MAX),
        };
        // The shortest principal is the lowest, and nobody's.
        let last = last.unwrap_or(Principal::from_slice(&[]));
        let from = Excluded(parked(LimitKey::Owner(last), highest));
        let found = self.parked.range((from, Unbounded)).next()?;
        match found.key().limit {
            LimitKey::Owner(owner) => Some(owner),
            _ => None,
        }
    }

    /// Moves an execution from behind a limit to the ready queue.
    pub fn let_go_on(&mut self, limit: LimitKey, ready: ReadyKey) {
        self.parked.remove(&parked(limit, ready));
        self.ready.insert(ready, ());
    }

    /// Executions behind a limit.
    pub fn parked_len(&self) -> u64 {
        self.parked.len()
    }

    /// Commands of a queue, the most urgent first: of an owner, or of all.
    pub fn jobs_of(
        &self,
        owner: Option<Principal>,
        queue: &str,
    ) -> impl Iterator<Item = ReadyKey> + use<'_> {
        let lowest = ReadyKey {
            rank: 0,
            execution_id: ExecutionId(0),
        };
        let from = JobKey {
            owner,
            queue: queue.to_string(),
            ready: lowest,
        };
        let queue = queue.to_string();
        self.jobs
            .range(from..)
            .map(|entry| entry.key().clone())
            .take_while(move |key| key.owner == owner && key.queue == queue)
            .map(|key| key.ready)
    }

    /// Commands that wait for a worker.
    pub fn jobs_len(&self) -> u64 {
        self.jobs.len() / 2
    }

    /// Calls of a canister under way.
    pub fn target(&self, canister: Principal) -> u64 {
        self.targets.get(&canister).unwrap_or(0)
    }

    /// Counts a call that starts.
    pub fn add_target(&mut self, canister: Principal) {
        let running = self.target(canister) + 1;
        self.targets.insert(canister, running);
    }

    /// Counts a call that ended.
    pub fn remove_target(&mut self, canister: Principal) {
        match self.target(canister) {
            0 => panic!("BUG: more calls ended than began"),
            1 => {
                self.targets.remove(&canister);
            }
            running => {
                self.targets.insert(canister, running - 1);
            }
        }
    }
}

const fn parked(limit: LimitKey, ready: ReadyKey) -> ParkedKey {
    ParkedKey { limit, ready }
}

fn jobs(owner: Principal, queue: &str, ready: ReadyKey) -> [JobKey; 2] {
    [None, Some(owner)].map(|owner| JobKey {
        owner,
        queue: queue.to_string(),
        ready,
    })
}
