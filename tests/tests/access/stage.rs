//! A scheduler with a caller of every kind, and the things that requests name: made for one request
//! each, because most requests change them.

use candid::types::{FuncMode, Function};
use candid::{CandidType, Deserialize, Principal, Reserved, TypeEnv};
use candid_parser::utils::CandidSource;
use chime_replica::Replica;
use chime_tests::direct::Direct;
use chime_tests::{World, workspace};
use chime_types::{
    AlertResult, BackfillResult, BackupResult, ClaimJobsResult, DryRunResult, Error,
    ExecutionResult, GetBackupChunkRequest, GetBackupChunkResult, ListBackupsResult, PageRequest,
    TaskResult, TriedChange,
};
use serde::de::DeserializeOwned;

use crate::cast::Who;

/// The value of a secret, which no answer may show.
pub const SECRET: &str = "tell-nobody-4711";
/// A number that nothing has.
pub const MISSING: &str = "999999999";

/// How a request ended.
#[derive(Debug)]
pub enum Answer {
    Done,
    Refused(Error),
    /// It was not executed at all.
    TurnedAway,
}

#[derive(CandidType, Deserialize)]
enum Probe {
    Ok(Reserved),
    Err(Error),
}

pub struct Stage {
    world: World,
    environment: TypeEnv,
    methods: Vec<(String, Function)>,
    backup: u64,
    chunk: Vec<u8>,
    made: u64,
}

/// The methods of `scheduler.did`.
pub fn interface() -> (TypeEnv, Vec<(String, Function)>) {
    let text =
        std::fs::read_to_string(workspace().join("scheduler.did")).expect("what the test needs");
    let (environment, service) = CandidSource::Text(&text).load().expect("a Candid file");
    let service = service.expect("a service");
    let methods = environment
        .as_service(&service)
        .expect("what the test needs");
    let methods = methods
        .iter()
        .map(|(name, of)| {
            (
                name.clone(),
                environment
                    .as_func(of)
                    .expect("what the test needs")
                    .clone(),
            )
        })
        .collect();
    (environment, methods)
}

impl Stage {
    pub fn new() -> Self {
        let (environment, methods) = interface();
        let mut stage = Self {
            world: World::on(Box::new(Direct::new())),
            environment,
            methods,
            backup: 0,
            chunk: Vec::new(),
            made: 0,
        };
        stage.world.raise_limits();
        for who in Who::ALL {
            let Some(role) = who.role() else { continue };
            let (principal, disabled) = (who.principal(), who == Who::Disabled);
            let user = format!(
                r#"record {{ "principal" = principal "{principal}"; role = opt variant {{ {role} }}; disabled = opt {disabled} }}"#
            );
            stage.must(Who::Controller, "put_user", &user);
        }
        let secret = format!(r#"record {{ name = "KEY"; secret = "{SECRET}" }}"#);
        stage.must(Who::Owner, "put_secret", &secret);
        stage.make_backup();
        stage
    }

    pub fn replica(&mut self) -> &mut Replica {
        self.world.network.replica().expect("in this process")
    }

    pub fn scheduler(&self) -> Principal {
        self.world.scheduler
    }

    fn function(&self, method: &str) -> Function {
        let found = self.methods.iter().find(|(name, _)| name == method);
        found
            .unwrap_or_else(|| panic!("no method {method}"))
            .1
            .clone()
    }

    pub fn is_query(&self, method: &str) -> bool {
        self.function(method).modes.contains(&FuncMode::Query)
    }

    /// A request in Candid's text, encoded with the types of the method.
    pub fn encode(&self, method: &str, request: &str) -> Vec<u8> {
        let arguments = candid_parser::parse_idl_args(&format!("({request})"))
            .unwrap_or_else(|error| panic!("{request}: {error}"));
        let types = self.function(method).args;
        arguments
            .to_bytes_with_types(&self.environment, &types)
            .unwrap_or_else(|error| panic!("{method}: {request}: {error}"))
    }

    fn call(&mut self, who: Who, method: &str, request: &str) -> Result<Vec<u8>, String> {
        let bytes = self.encode(method, request);
        let scheduler = self.world.scheduler;
        let is_query = self.is_query(method);
        let replica = self.replica();
        let answer = if is_query {
            replica.query(who.principal(), scheduler, method, bytes)
        } else {
            replica.update_call(who.principal(), scheduler, method, bytes)
        };
        if let Ok(bytes) = &answer {
            let secret = SECRET.as_bytes();
            let is_shown = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!is_shown, "{method} shows a secret to {who:?}");
        }
        answer.map_err(|rejection| rejection.to_string())
    }

    /// Sends a request as somebody.
    pub fn send(&mut self, who: Who, method: &str, request: &str) -> Answer {
        match self.call(who, method, request) {
            Err(_) => Answer::TurnedAway,
            Ok(bytes) => match candid::decode_one(&bytes).expect("an answer") {
                Probe::Ok(_) => Answer::Done,
                Probe::Err(error) => Answer::Refused(error),
            },
        }
    }

    /// Tries a request as somebody, which changes nothing.
    pub fn try_out(&mut self, who: Who, method: &str, request: &str) -> Answer {
        let change = format!("record {{ changes = vec {{ variant {{ {method} = {request} }} }} }}");
        let bytes = self.call(who, "dry_run", &change).expect("no rejection");
        let answer: DryRunResult = candid::decode_one(&bytes).expect("an answer");
        match answer.into_result().map(|tried| tried.outcomes) {
            Err(error) => Answer::Refused(error),
            Ok(outcomes) => match outcomes.into_iter().next().expect("an outcome") {
                TriedChange::Ok(_) => Answer::Done,
                TriedChange::Err(error) => Answer::Refused(error),
            },
        }
    }

    fn must(&mut self, who: Who, method: &str, request: &str) {
        let answer = self.send(who, method, request);
        assert!(
            matches!(answer, Answer::Done),
            "{method} {request}: {answer:?}"
        );
    }

    fn make<A: DeserializeOwned + CandidType>(&mut self, who: Who, method: &str, text: &str) -> A {
        let bytes = self.call(who, method, text).expect("no rejection");
        candid::decode_one(&bytes).expect("the answer of the interface")
    }

    fn make_backup(&mut self) {
        let task = r#"record { name = "save"; schedules = vec { record { rule = variant { once = record {} } } };
            steps = vec { record { action = variant { backup = record {} } } } }"#;
        self.must(Who::Owner, "create_task", task);
        self.world.pass(10);
        let owner = Who::Owner.principal();
        let scheduler = self.world.scheduler;
        let page = PageRequest {
            cursor: None,
            limit: None,
        };
        let bytes = candid::encode_one(page).expect("what the test needs");
        let answer = self
            .replica()
            .query(owner, scheduler, "list_backups", bytes);
        let list: ListBackupsResult =
            candid::decode_one(&answer.expect("what the test needs")).expect("what the test needs");
        self.backup = list.into_result().expect("what the test needs").backups[0].id;
        let request = GetBackupChunkRequest {
            backup_id: self.backup,
            index: 0,
        };
        let bytes = candid::encode_one(request).expect("what the test needs");
        let answer = self
            .replica()
            .query(owner, scheduler, "get_backup_chunk", bytes);
        let chunk: GetBackupChunkResult =
            candid::decode_one(&answer.expect("what the test needs")).expect("what the test needs");
        self.chunk = chunk.into_result().expect("what the test needs").data;
    }

    /// The owner's things that a request names in braces, made anew, with their values.
    pub fn things(&mut self, request: &str) -> Vec<(&'static str, String)> {
        const KINDS: [&str; 15] = [
            "task",
            "waiting",
            "failed",
            "job",
            "worker_job",
            "alert",
            "backfill",
            "own_backup",
            "upload",
            "action",
            "codex",
            "secret",
            "user",
            "number",
            "backup",
        ];
        let named = |kind: &&str| request.contains(&format!("{{{kind}}}"));
        let mut things = vec![
            ("owner", Who::Owner.principal().to_string()),
            ("chunk", blob(&self.chunk)),
            ("rest", blob(&self.chunk[self.chunk.len() / 2..])),
        ];
        for kind in KINDS.into_iter().filter(named) {
            self.made += 1;
            things.extend(self.thing(kind));
        }
        things
    }

    fn thing(&mut self, kind: &'static str) -> Vec<(&'static str, String)> {
        let number = self.made;
        let one = |value: String| vec![(kind, value)];
        match kind {
            "task" => self.task(),
            "waiting" => one(self.waiting(number).to_string()),
            "failed" => {
                let (job, token) = self.job(number, Who::Owner);
                let report = format!(
                    r#"record {{ execution_id = {job}; fencing_token = {token}; error = "no"; terminal = opt true }}"#
                );
                self.must(Who::Owner, "fail_job", &report);
                one(job.to_string())
            }
            "job" => {
                let (job, token) = self.job(number, Who::Owner);
                vec![(kind, job.to_string()), ("token", token.to_string())]
            }
            "worker_job" => {
                let (job, token) = self.job(number, Who::Worker);
                vec![(kind, job.to_string()), ("token", token.to_string())]
            }
            "alert" => {
                let text = r#"record { name = "a"; condition = variant { failure = record {} }; channel = variant { inbox = record {} } }"#;
                let made: AlertResult = self.make(Who::Owner, "create_alert", text);
                one(made
                    .into_result()
                    .expect("what the test needs")
                    .id
                    .to_string())
            }
            "backfill" => self.backfill(),
            "own_backup" => one(self.upload(&self.chunk.clone(), true).to_string()),
            "upload" => {
                let half = self.chunk[..self.chunk.len() / 2].to_vec();
                one(self.upload(&half, false).to_string())
            }
            "action" => {
                let text = format!(
                    r#"record {{ name = "a{number}"; action = variant {{ note = record {{ "text" = "x" }} }} }}"#
                );
                self.must(Who::Owner, "define_action", &text);
                one(format!("a{number}"))
            }
            "codex" => {
                let text =
                    format!(r#"record {{ name = "c{number}"; code = opt "result = {number}" }}"#);
                self.must(Who::Owner, "put_codex", &text);
                one(format!("c{number}"))
            }
            "secret" => {
                let text = format!(r#"record {{ name = "S{number}"; secret = "{SECRET}" }}"#);
                self.must(Who::Owner, "put_secret", &text);
                one(format!("S{number}"))
            }
            "user" => {
                let principal = Principal::self_authenticating(number.to_be_bytes());
                let text = format!(r#"record {{ "principal" = principal "{principal}" }}"#);
                self.must(Who::Controller, "put_user", &text);
                one(principal.to_string())
            }
            "number" => one(number.to_string()),
            "backup" => one(self.backup.to_string()),
            other => panic!("BUG: nothing is a {other}"),
        }
    }

    /// A task that runs on request, with slots in the past.
    fn task(&mut self) -> Vec<(&'static str, String)> {
        let text = r#"record { name = "t"; steps = vec { record { action = variant { note = record { "text" = "x" } } } };
            schedules = vec { record { rule = variant { interval = record { repeat_every_seconds = 60 } }; disabled = opt true };
                              record { rule = variant { interval = record { repeat_every_seconds = 90 } }; disabled = opt true } } }"#;
        let made: TaskResult = self.make(Who::Owner, "create_task", text);
        let made = made.into_result().expect("what the test needs");
        self.world.pass(200);
        let past = self.replica().time_ns() - 1_000_000_000;
        vec![
            ("task", made.id.to_string()),
            ("schedule", made.schedules[0].id.to_string()),
            ("past", past.to_string()),
            ("since", (past - 180_000_000_000).to_string()),
        ]
    }

    /// An execution that waits for a worker.
    fn waiting(&mut self, number: u64) -> u64 {
        let text = format!(
            r#"record {{ name = "c"; steps = vec {{ record {{ action = variant {{ command = record {{ command = "true"; queue = opt "q{number}" }} }} }} }};
               schedules = vec {{ record {{ rule = variant {{ once = record {{}} }}; disabled = opt true }} }} }}"#
        );
        let made: TaskResult = self.make(Who::Owner, "create_task", &text);
        let run = format!(
            "record {{ task_id = {} }}",
            made.into_result().expect("what the test needs").id
        );
        let run: ExecutionResult = self.make(Who::Owner, "run_task_now", &run);
        self.world.pass(0);
        run.into_result().expect("what the test needs").id
    }

    /// A job of the owner's that somebody holds, and its token.
    fn job(&mut self, number: u64, who: Who) -> (u64, u64) {
        let id = self.waiting(number);
        let text = format!(r#"record {{ worker = "w"; queue = opt "q{number}" }}"#);
        let claimed: ClaimJobsResult = self.make(who, "claim_jobs", &text);
        let job = claimed
            .into_result()
            .expect("what the test needs")
            .jobs
            .remove(0);
        assert_eq!(job.execution_id, id);
        (id, job.fencing_token)
    }

    fn backfill(&mut self) -> Vec<(&'static str, String)> {
        let things = self.task();
        let request = fill(
            "record { task_id = {task}; schedule_id = {schedule}; from_at = {since}; until_at = {past} }",
            &things,
        );
        let made: BackfillResult = self.make(Who::Owner, "backfill", &request);
        vec![(
            "backfill",
            made.into_result()
                .expect("what the test needs")
                .id
                .to_string(),
        )]
    }

    fn upload(&mut self, data: &[u8], last: bool) -> u64 {
        let data = blob(data);
        let text = format!("record {{ data = {data}; last = {last}; index = 0 }}");
        let made: BackupResult = self.make(Who::Owner, "upload_backup_chunk", &text);
        made.into_result().expect("what the test needs").id
    }
}

fn blob(bytes: &[u8]) -> String {
    let bytes: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
    format!("blob \"{bytes}\"")
}

/// The request with what it names filled in.
pub fn fill(request: &str, things: &[(&'static str, String)]) -> String {
    things
        .iter()
        .fold(request.to_string(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
}
