//! A scheduler with something of everything in it: of each kind of record at least one, in each state
//! that a record can be in. The story is told in requests as text, so any release can be told it;
//! what a release does not know is left out.

mod requests;

use std::time::Duration;

use candid::Principal;
use candid::types::value::IDLValue;
use chime_replica::Fault;

use crate::interface::{Interface, find};
use crate::{Sender, World};
use requests::{FIRST, LAST, PEOPLE, SHORT};

/// How long the story is, in seconds of virtual time.
pub const SECONDS: u64 = 3_660;
/// What makes every message trap that writes it, while the story is told.
const POISON: &str = "a text that no message survives";

/// The first number at a path, as it is written in a request.
fn number(value: &IDLValue, path: &[&str]) -> String {
    let shown = find(value, path)[0].to_string();
    let digits = shown.split(' ').next();
    digits.expect("a number").to_string()
}

struct Teller<'a> {
    world: &'a mut World,
    interface: Interface,
}

impl Teller<'_> {
    fn fill(&self, text: &str) -> String {
        let network = &self.world.network;
        let text = SHORT.iter().fold(text.to_string(), |text, (name, means)| {
            text.replace(name, means)
        });
        text.replace("{callee}", &self.world.callee.0.to_string())
            .replace(
                "{stranger}",
                &network.principal(Sender::Stranger).to_string(),
            )
    }

    fn tell(&mut self, sender: Sender, method: &str, request: &str) -> IDLValue {
        let bytes = self.interface.encode(method, &self.fill(request));
        let scheduler = self.world.scheduler;
        let network = &mut self.world.network;
        let answer = if self.interface.is_query(method) {
            network.query(sender, scheduler, method, bytes)
        } else {
            network.update(sender, scheduler, method, bytes)
        };
        let answer = self
            .interface
            .decode(method, &answer.expect("no rejection"));
        assert!(
            !find(&answer, &["Ok"]).is_empty(),
            "{method} {request}: {answer}"
        );
        answer
    }

    /// Makes a task and lets happen what is due at once. Answers with its number.
    fn create(&mut self, sender: Sender, name: &str, rest: &str) -> String {
        let request = format!("record {{ name = \"{name}\"; {rest} }}");
        let made = self.tell(sender, "create_task", &request);
        self.world.pass(0);
        number(&made, &["Ok", "id"])
    }

    fn create_all(&mut self, tasks: &[(&str, &str, &str)]) -> Vec<(String, String)> {
        let told: Vec<_> = tasks
            .iter()
            .filter(|(_, word, _)| self.interface.knows(word))
            .collect();
        let ids = told
            .into_iter()
            .map(|(name, _, rest)| ((*name).to_string(), self.create(Sender::Owner, name, rest)));
        ids.collect()
    }

    /// The latest execution of a task.
    fn latest(&mut self, task: &str) -> String {
        let request = format!("record {{ task_id = {task}; limit = opt 1 }}");
        let page = self.tell(Sender::Owner, "get_task_executions", &request);
        number(&page, &["Ok", "executions", "id"])
    }

    fn owner(&mut self, method: &str, request: &str) -> IDLValue {
        self.tell(Sender::Owner, method, request)
    }
}

/// Tells the story to a new scheduler, from the time that its network shows on. At the end calls and
/// deliveries are out, an execution is ready and a task is half deleted.
///
/// # Panics
/// If the scheduler refuses any of it.
pub fn tell(world: &mut World) {
    let interface = Interface::shown_by(world);
    let mut teller = Teller { world, interface };
    for (method, request) in PEOPLE {
        teller.owner(method, request);
    }
    let ids = teller.create_all(FIRST);
    let id = |name: &str| {
        ids.iter()
            .find(|(of, _)| of == name)
            .expect("told")
            .1
            .clone()
    };
    let theirs = "NOTE; idempotency_key = opt \"first\"; schedules = vec { record { rule = variant { interval = record { repeat_every_seconds = 900 } } }; record { rule = variant { interval = record { repeat_every_seconds = 30 } }; disabled = opt true } }";
    teller.create(Sender::Stranger, "theirs", theirs);
    teller.tell(
        Sender::Stranger,
        "put_secret",
        r#"record { name = "OWN"; secret = "theirs" }"#,
    );
    let silent = format!(
        "record {{ name = \"silent\"; task_id = opt {}; condition = variant {{ silent = record {{}} }}; channel = variant {{ inbox = record {{}} }} }}",
        id("interval")
    );
    teller.owner("create_alert", &silent);
    middle(&mut teller, &id);
    last_minute(&mut teller, &id);
}

/// What is done with the tasks of the first hour.
fn middle(teller: &mut Teller<'_>, id: &impl Fn(&str) -> String) {
    teller.owner(
        "claim_jobs",
        r#"record { worker = "w"; queue = opt "builds"; lease_seconds = opt 3600; limit = opt 1 }"#,
    );
    let claimed = teller.owner(
        "claim_jobs",
        r#"record { worker = "w"; queue = opt "builds"; lease_seconds = opt 3600; limit = opt 1 }"#,
    );
    let job = number(&claimed, &["Ok", "jobs", "execution_id"]);
    let token = number(&claimed, &["Ok", "jobs", "fencing_token"]);
    teller.owner(
        "complete_job",
        &format!("record {{ execution_id = {job}; fencing_token = {token}; result = \"done\" }}"),
    );
    teller.world.pass(700);
    let failed = teller.latest(&id("failed"));
    teller.owner(
        "retry_execution",
        &format!("record {{ execution_id = {failed} }}"),
    );
    teller.owner(
        "delete_task",
        &format!("record {{ task_id = {} }}", id("deleted")),
    );
    teller.owner(
        "pause_task",
        &format!(
            "record {{ task_id = {}; reason = opt \"for the story\" }}",
            id("paused")
        ),
    );
    teller.owner(
        "update_task",
        &format!("record {{ task_id = {}; steps = opt vec {{ record {{ action = variant {{ note = record {{ \"text\" = \"changed\" }} }} }} }} }}", id("steps")),
    );
    let key = format!(
        "record {{ task_id = {}; idempotency_key = opt \"run\" }}",
        id("interval")
    );
    teller.owner("run_task_now", &key);
    backfill(teller, &id("interval"));
    half_a_backup(teller);
    teller.world.pass(300);
    // The network stands still: slots of this time are missed.
    replica(teller).advance_time(Duration::from_secs(1_600));
    teller.world.pass(600);
}

/// A backfill that is done, and one that goes on: each of its runs waits for a silent callee.
fn backfill(teller: &mut Teller<'_>, done: &str) {
    let slow = teller.create(Sender::Owner, "slow", "NEVER; OFF");
    // A release of before runs no slots from before the schedule was made.
    teller.world.pass(300);
    for (task, from) in [(done.to_string(), 600), (slow, 300)] {
        let shown = teller.owner("get_task", &format!("record {{ task_id = {task} }}"));
        let schedule = number(&shown, &["Ok", "schedules", "id"]);
        let now = now(teller.world);
        let span = format!(
            "from_at = {}; until_at = {}",
            now - from * 1_000_000_000,
            now - 1
        );
        teller.owner(
            "backfill",
            &format!("record {{ task_id = {task}; schedule_id = {schedule}; {span} }}"),
        );
        teller.world.pass(1);
    }
}

/// The first half of an upload.
fn half_a_backup(teller: &mut Teller<'_>) {
    let backups = teller.owner("list_backups", "record {}");
    let id = number(&backups, &["Ok", "backups", "id"]);
    let chunk = teller.owner(
        "get_backup_chunk",
        &format!("record {{ backup_id = {id}; index = 0 }}"),
    );
    let data = match find(&chunk, &["Ok", "data"])[..] {
        [IDLValue::Blob(data)] => data
            .iter()
            .take(100)
            .map(|byte| format!("\\{byte:02x}"))
            .collect::<String>(),
        ref other => panic!("{other:?}"),
    };
    teller.owner(
        "upload_backup_chunk",
        &format!("record {{ data = blob \"{data}\"; index = 0; last = false }}"),
    );
}

fn now(world: &mut World) -> u64 {
    world.network.replica().expect("in this process").time_ns()
}

/// What is under way at the end.
fn last_minute(teller: &mut Teller<'_>, id: &impl Fn(&str) -> String) {
    if teller.interface.knows("quarantined") {
        quarantine(teller);
    }
    let ids = teller.create_all(LAST);
    let last = |name: &str| {
        ids.iter()
            .find(|(of, _)| of == name)
            .expect("told")
            .1
            .clone()
    };
    teller.owner(
        "run_task_now",
        &format!("record {{ task_id = {} }}", last("running")),
    );
    let cancelled = teller.latest(&last("cancelled"));
    teller.owner(
        "cancel_execution",
        &format!("record {{ execution_id = {cancelled}; reason = opt \"no more\" }}"),
    );
    let stopping = teller.latest(&last("running out"));
    teller.owner(
        "cancel_execution",
        &format!("record {{ execution_id = {stopping}; terminate = opt false }}"),
    );
    let waiting = teller.latest(&last("put off"));
    teller.owner(
        "snooze_execution",
        &format!("record {{ execution_id = {waiting}; seconds = 7200 }}"),
    );
    let at = now(teller.world);
    let passed = (at - crate::golden::BEGIN_AT) / 1_000_000_000;
    assert!(passed <= SECONDS, "{passed}");
    teller
        .world
        .network
        .pass(Duration::from_nanos(crate::golden::at(SECONDS) - at));
    at_once(
        teller,
        &[
            (
                "delete_task",
                format!("record {{ task_id = {} }}", id("long")),
            ),
            (
                "run_task_now",
                format!("record {{ task_id = {} }}", id("web")),
            ),
        ],
    );
}

/// A task that is set aside: each message traps that writes its note.
fn quarantine(teller: &mut Teller<'_>) {
    let steps = format!(
        "steps = vec {{ record {{ action = variant {{ note = record {{ \"text\" = \"{POISON}\" }} }} }} }}"
    );
    let task = teller.create(Sender::Owner, "poison", &format!("{steps}; OFF"));
    let canister = teller.world.scheduler;
    let bytes = POISON.as_bytes().to_vec();
    teller.owner("run_task_now", &format!("record {{ task_id = {task} }}"));
    replica(teller).inject(Fault::Poison { canister, bytes });
    teller.world.pass(10);
    replica(teller).lift_faults(canister);
}

fn replica<'a>(teller: &'a mut Teller<'_>) -> &'a mut chime_replica::Replica {
    teller.world.network.replica().expect("in this process")
}

/// Sends requests of the owner's that arrive in one round, and executes no other.
fn at_once(teller: &mut Teller<'_>, requests: &[(&str, String)]) {
    let owner: Principal = teller.world.network.principal(Sender::Owner);
    let scheduler = teller.world.scheduler;
    let sent: Vec<_> = requests
        .iter()
        .map(|(method, request)| {
            let bytes = teller.interface.encode(method, &teller.fill(request));
            replica(teller)
                .submit_call(owner, scheduler, method, bytes)
                .expect("taken")
        })
        .collect();
    for ((method, request), id) in requests.iter().zip(sent) {
        let answer = replica(teller).await_call(&id).expect("no rejection");
        let answer = teller.interface.decode(method, &answer);
        assert!(
            !find(&answer, &["Ok"]).is_empty(),
            "{method} {request}: {answer}"
        );
    }
}
