//! The scheduler that is asked, and what each message of it took.

use std::collections::BTreeMap;

use candid::{CandidType, Deserialize, Encode, IDLArgs, Reserved};
use chime_replica::{CanisterHttpReply, CanisterHttpResponse, MockCanisterHttpResponse, Replica};
use chime_tests::direct::Direct;
use chime_tests::{Sender, World};
use chime_types::{CreateTaskRequest, Task, TaskResult};
use serde::de::DeserializeOwned;

use crate::texts;

/// A tenth of what the Internet Computer lets an update spend, and a query.
const UPDATE: u64 = 4_000_000_000;
const QUERY: u64 = 500_000_000;
/// A dry run ends with the change after which it took 2,500,000,000; it changes nothing, so one that a query
/// cuts off harms nobody.
const TRIAL: u64 = 2_500_000_000 + 2_000_000_000;
/// A message in which it does what is due begins nothing new after this many instructions; the last piece
/// takes a tenth of a message as well.
const TICK: u64 = 5_000_000_000 + UPDATE;
/// How a message is called that the scheduler sends to itself.
pub const OWN: &str = "(its own messages)";

pub struct Scene {
    pub world: World,
    /// The dearest message by method and what was asked for.
    pub figures: BTreeMap<(&'static str, &'static str), u64>,
    /// The tasks of the content, by their names.
    pub tasks: BTreeMap<&'static str, u64>,
    /// What HTTPS requests are answered with.
    body: Vec<u8>,
}

#[derive(CandidType, Deserialize)]
enum Answer {
    Ok(Reserved),
    Err(Reserved),
}

fn is_query(method: &str) -> bool {
    let is_listed = matches!(method, "dry_run" | "events_since" | "preview_schedule");
    is_listed || method.starts_with("get_") || method.starts_with("list_")
}

impl Scene {
    pub fn new() -> Self {
        let mut world = World::on(Box::new(Direct::new()));
        world.raise_limits();
        Self {
            world,
            figures: BTreeMap::new(),
            tasks: BTreeMap::new(),
            body: texts::object(1_900_000).into_bytes(),
        }
    }

    pub fn replica(&mut self) -> &mut Replica {
        self.world.network.replica().expect("in this process")
    }

    pub fn now(&mut self) -> u64 {
        self.replica().time_ns()
    }

    /// The instructions of the dearest message since this was asked last.
    fn dearest(&mut self) -> u64 {
        let scheduler = self.world.scheduler;
        let work = self.replica().take_work(&scheduler).expect("the scheduler");
        work.largest_message
    }

    #[expect(clippy::print_stdout, reason = "shown by --nocapture")]
    fn note(&mut self, method: &'static str, what: &'static str) {
        let instructions = self.dearest();
        let figure = self.figures.entry((method, what)).or_default();
        if instructions > *figure {
            *figure = instructions;
            println!("{instructions:>14} {method}: {what}");
        }
    }

    /// Asks for something that the limits allow.
    pub fn ask<A: DeserializeOwned + CandidType>(
        &mut self,
        method: &'static str,
        what: &'static str,
        request: &impl CandidType,
    ) -> A {
        let answer = self.send(method, what, request);
        if let Ok(Answer::Err(_)) = candid::decode_one(&answer) {
            let error = IDLArgs::from_bytes(&answer).expect("an error");
            panic!("{method}, {what}, is not allowed: {error}");
        }
        candid::decode_one(&answer).expect("the answer of the interface")
    }

    /// Asks for something that may have to be asked again.
    pub fn try_ask<A: DeserializeOwned + CandidType>(
        &mut self,
        method: &'static str,
        what: &'static str,
        request: &impl CandidType,
    ) -> A {
        let answer = self.send(method, what, request);
        candid::decode_one(&answer).expect("the answer of the interface")
    }

    fn send(
        &mut self,
        method: &'static str,
        what: &'static str,
        request: &impl CandidType,
    ) -> Vec<u8> {
        self.dearest();
        let scheduler = self.world.scheduler;
        let bytes = Encode!(request).expect("a request can be encoded");
        let network = &mut self.world.network;
        let answer = if is_query(method) {
            network.query(Sender::Owner, scheduler, method, bytes)
        } else {
            network.update(Sender::Owner, scheduler, method, bytes)
        };
        let answer = answer.unwrap_or_else(|refusal| panic!("{method}, {what}: {refusal}"));
        self.note(method, what);
        answer
    }

    /// Makes a task of the content.
    pub fn create(&mut self, name: &'static str, request: &CreateTaskRequest) -> Task {
        let request = CreateTaskRequest {
            name: name.to_string(),
            ..request.clone()
        };
        let made: TaskResult = self
            .world
            .update(Sender::Owner, "create_task", &request)
            .expect("no rejection");
        let made = made
            .into_result()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        self.tasks.insert(name, made.id);
        self.pass(1);
        made
    }

    /// Lets seconds pass, one by one; every HTTPS request is answered with as much as it may be.
    pub fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.serve();
            self.world.pass(1);
            self.note(OWN, "what is due");
        }
    }

    fn serve(&mut self) {
        let requests = self.replica().get_canister_http();
        for request in requests {
            let is_hook = request.url.starts_with(texts::HOOK);
            let reply = CanisterHttpReply {
                status: 200,
                headers: Vec::new(),
                body: if is_hook {
                    Vec::new()
                } else {
                    self.body.clone()
                },
            };
            let answer = MockCanisterHttpResponse {
                request_id: request.request_id,
                response: CanisterHttpResponse::CanisterHttpReply(reply),
            };
            self.replica()
                .mock_canister_http_response(answer)
                .expect("it waits");
        }
    }

    /// Holds every figure against its limit.
    pub fn judge(&self) {
        let mut rows: Vec<_> = self.figures.iter().collect();
        rows.sort_by_key(|(_, instructions)| std::cmp::Reverse(**instructions));
        let mut too_dear = Vec::new();
        for ((method, what), instructions) in rows {
            let limit = match *method {
                OWN => TICK,
                "dry_run" => TRIAL,
                method if is_query(method) => QUERY,
                _ => UPDATE,
            };
            let line = format!("{instructions:>14} {method}: {what}");
            if *instructions > limit {
                too_dear.push(line);
            }
        }
        assert!(
            too_dear.is_empty(),
            "above a tenth of a message:\n{}",
            too_dear.join("\n")
        );
    }
}
