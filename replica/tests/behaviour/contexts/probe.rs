//! Modules that call one function of the system from each place there is.

use super::table::{CONTEXTS, is_allowed};

/// One function of the table, for one width of memory.
#[derive(Clone, Copy)]
pub struct Probe {
    pub name: &'static str,
    pub signature: &'static str,
    pub letters: &'static str,
    /// `i32` or `i64`.
    pub pointer: &'static str,
}

/// What every module imports for itself, under names of its own.
const HARNESS: &str = r#"
(import "ic0" "msg_arg_data_size" (func $h_arg_size (result P)))
(import "ic0" "msg_arg_data_copy" (func $h_arg_copy (param P P P)))
(import "ic0" "msg_reply" (func $h_reply))
(import "ic0" "msg_reject" (func $h_reject (param P P)))
(import "ic0" "msg_reject_msg_size" (func $h_text_size (result P)))
(import "ic0" "msg_reject_msg_copy" (func $h_text_copy (param P P P)))
(import "ic0" "accept_message" (func $h_accept))
(import "ic0" "canister_self_copy" (func $h_self (param P P P)))
(import "ic0" "call_new" (func $h_new (param P P P P P P P P)))
(import "ic0" "call_on_cleanup" (func $h_cleanup (param P P)))
(import "ic0" "call_data_append" (func $h_append (param P P)))
(import "ic0" "call_cycles_add128" (func $h_cycles (param i64 i64)))
(import "ic0" "call_perform" (func $h_perform (result i32)))
(import "ic0" "global_timer_set" (func $h_timer (param i64) (result i64)))
(import "ic0" "debug_print" (func $h_print (param P P)))
"#;

/// The memory, and functions that call. The cleanup of a call is the last parameter; 0 is none.
const CALLS: &str = r#"
(memory MEMORY 1)
(data (P.const 0) "N") (data (P.const 1024) "ok") (data (P.const 1032) "absent")
(data (P.const 1040) "http_request")
(func $nothing (param P))
(func $unreachable (param P) (unreachable))
(func $call (param $callee_size P) (param $name P) (param $size P) (param $reply P)
    (param $reject P) (param $cleanup P)
  (call $h_new (P.const 128) (local.get $callee_size) (local.get $name) (local.get $size)
    (local.get $reply) (P.const 0) (local.get $reject) (P.const 0))
  (if (i32.eqz (P.eqz (local.get $cleanup)))
    (then (call $h_cleanup (local.get $cleanup) (P.const 0)))))
(func $to_self (call $h_self (P.const 128) (P.const 0) (P.const 10)))
(func $to_other (call $h_arg_copy (P.const 128) (P.const 0) (P.const 10)))
(func $done (drop (call $h_perform)))
(func $forward_reject (param P)
  (call $h_text_copy (P.const 4096) (P.const 0) (call $h_text_size))
  (call $h_reject (P.const 4096) (call $h_text_size)))
(func $forward_reply (param P) (call $h_reply))
(func (export "canister_query ok") (call $h_reply))
"#;

/// The places that are entered by messages.
const MESSAGES: &str = r#"
(table funcref (elem $nothing $in_reply $in_reject $unreachable $in_cleanup $in_composite_reply
  $in_composite_reject $in_composite_cleanup $forward_reply $forward_reject))
(func (export "canister_update update") (call $at_update) REPLY)
(func (export "canister_query replicated_query") (call $at_replicated_query) REPLY)
(func (export "canister_query query") (call $at_query) REPLY)
(func (export "canister_query transform") (call $at_transform) REPLY)
(func (export "canister_composite_query composite_query") (call $at_composite_query) REPLY)
(func $in_reply (param P) (call $at_reply) REPLY)
(func $in_reject (param P) (call $at_reject) REPLY)
(func $in_composite_reply (param P) (call $at_composite_reply) REPLY)
(func $in_composite_reject (param P) (call $at_composite_reject) REPLY)
(func $in_cleanup (param P) (call $at_cleanup))
(func $in_composite_cleanup (param P) (call $at_composite_cleanup))
(func (export "canister_update reply") (call $to_self)
  (call $call (P.const 10) (P.const 1024) (P.const 2) (P.const 1) (P.const 0) (P.const 0)) (call $done))
(func (export "canister_update reject") (call $to_self)
  (call $call (P.const 10) (P.const 1032) (P.const 6) (P.const 0) (P.const 2) (P.const 0)) (call $done))
(func (export "canister_update cleanup") (call $to_self)
  (call $call (P.const 10) (P.const 1024) (P.const 2) (P.const 3) (P.const 3) (P.const 4)) (call $done))
(func (export "canister_composite_query composite_reply") (call $to_other)
  (call $call (P.const 10) (P.const 1024) (P.const 2) (P.const 5) (P.const 0) (P.const 0)) (call $done))
(func (export "canister_composite_query composite_reject") (call $to_other)
  (call $call (P.const 10) (P.const 1032) (P.const 6) (P.const 0) (P.const 6) (P.const 0)) (call $done))
(func (export "canister_composite_query composite_cleanup") (call $to_other)
  (call $call (P.const 10) (P.const 1024) (P.const 2) (P.const 3) (P.const 3) (P.const 7)) (call $done))
(func (export "canister_update outcall")
  (call $call (P.const 0) (P.const 1040) (P.const 12) (P.const 8) (P.const 9) (P.const 0))
  (call $h_arg_copy (P.const 8192) (P.const 0) (call $h_arg_size))
  (call $h_append (P.const 8192) (call $h_arg_size))
  (call $h_cycles (i64.const 0) (i64.const 1000000000000)) (call $done))
(func (export "canister_inspect_message") (call $at_inspect) ACCEPT)
"#;

/// The places that the system enters by itself; the timer is due at once.
const TASKS: &str = r#"
(table funcref (elem $nothing))
(func (export "canister_init") (drop (call $h_timer (i64.const 1))))
(func (export "canister_heartbeat") (call $at_heartbeat))
(func (export "canister_global_timer") (call $at_global_timer))
(func (export "canister_on_low_wasm_memory") (call $at_low_memory))
"#;

impl Probe {
    /// A module that is entered by messages.
    pub fn messages(&self) -> Vec<u8> {
        self.module(MESSAGES, |context| !is_of_tasks(context))
    }

    /// A module with system tasks.
    pub fn tasks(&self) -> Vec<u8> {
        self.module(TASKS, is_of_tasks)
    }

    /// A module with one entry point of its life.
    pub fn stage(&self, context: &str) -> Vec<u8> {
        let entry = match context {
            "start" => "(start $at_start)".to_owned(),
            _ => format!("(func (export \"canister_{context}\") (call $at_{context}))"),
        };
        let fields = format!("(table funcref (elem $nothing)) {entry}");
        self.module(&fields, |other| other == context)
    }

    fn module(&self, fields: &str, is_wanted: impl Fn(&str) -> bool) -> Vec<u8> {
        let mut places = String::new();
        let mut data = 2048;
        for (context, letter, _) in CONTEXTS.iter().filter(|row| is_wanted(row.0)) {
            places += &self.place(context, letter, data);
            data += 32;
        }
        let text = format!(
            "(module {HARNESS} {} {CALLS} {} {places} {fields})",
            self.import(),
            self.cost_parameters()
        );
        let is_answer = ["msg_reply", "msg_reject"].contains(&self.name);
        let memory = if self.pointer == "i64" { "i64" } else { "" };
        let text = text
            .replace("REPLY", if is_answer { "" } else { "(call $h_reply)" })
            .replace(
                "ACCEPT",
                match self.name {
                    "accept_message" => "",
                    _ => "(call $h_accept)",
                },
            )
            .replace("MEMORY", memory)
            .replace("P.", &format!("{}.", self.pointer))
            .replace(" P", &format!(" {}", self.pointer));
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    /// Calls the function from a place, and prints the name of the place after it.
    fn place(&self, context: &str, letter: &str, data: usize) -> String {
        // What puts a call together needs one to be begun, which is not possible everywhere.
        let is_allowed = is_allowed(self.letters, letter);
        let needs_call = self.name.starts_with("call_") && self.name != "call_new" && is_allowed;
        let begin = if needs_call {
            "(call $call (P.const 0) (P.const 1024) (P.const 2) (P.const 0) (P.const 0) (P.const 0))"
        } else {
            ""
        };
        let call = format!("(call $f {})", self.arguments());
        let call = if self.result().is_empty() {
            call
        } else {
            format!("(drop {call})")
        };
        format!(
            "(data (P.const {data}) \"{context}\")\n(func $at_{context} {begin} {call} (call $h_print \
             (P.const {data}) (P.const {})))\n",
            context.len()
        )
    }

    fn parameters(&self) -> Vec<&str> {
        let (parameters, _) = self.signature.split_once(" -> ").unwrap();
        let parameters = parameters.trim_matches(['(', ')']).split(' ');
        parameters.filter(|kind| !kind.is_empty()).collect()
    }

    fn result(&self) -> &str {
        let (_, result) = self.signature.split_once(" -> ").unwrap();
        if result == "()" { "" } else { result }
    }

    fn wide<'a>(&'a self, kind: &'a str) -> &'a str {
        if kind == "I" { self.pointer } else { kind }
    }

    fn import(&self) -> String {
        let parameters: Vec<_> = self
            .parameters()
            .iter()
            .map(|kind| self.wide(kind))
            .collect();
        let result = match self.result() {
            "" => String::new(),
            kind => format!("(result {})", self.wide(kind)),
        };
        format!(
            "(import \"ic0\" \"{}\" (func $f (param {}) {result}))",
            self.name,
            parameters.join(" ")
        )
    }

    /// Zeros, but for what must name something that is there.
    fn arguments(&self) -> String {
        let values: &[usize] = match self.name {
            "env_var_name_exists" | "env_var_value_size" | "env_var_value_copy" => &[0, 1, 512],
            // A time that has passed, so that the timer stays due.
            "global_timer_set" => &[1],
            "cost_http_request_v2" => &[256, self.cost_bytes().len(), 512],
            _ => &[],
        };
        let constants = self
            .parameters()
            .into_iter()
            .enumerate()
            .map(|(index, kind)| {
                let value = values.get(index).unwrap_or(&0);
                format!("({}.const {value})", self.wide(kind))
            });
        constants.collect::<Vec<_>>().join(" ")
    }

    fn cost_bytes(&self) -> Vec<u8> {
        candid::encode_one(HttpCost {
            request_bytes: 1,
            http_roundtrip_time_ms: 1,
            raw_response_bytes: 1,
            transformed_response_bytes: 1,
            transform_instructions: 1,
        })
        .unwrap()
    }

    fn cost_parameters(&self) -> String {
        let bytes = self.cost_bytes();
        let escaped: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
        format!("(data (P.const 256) \"{escaped}\")")
    }
}

/// The parameter of `cost_http_request_v2`, as the specification has it.
#[derive(candid::CandidType)]
struct HttpCost {
    request_bytes: u64,
    http_roundtrip_time_ms: u64,
    raw_response_bytes: u64,
    transformed_response_bytes: u64,
    transform_instructions: u64,
}

fn is_of_tasks(context: &str) -> bool {
    ["heartbeat", "global_timer", "low_memory"].contains(&context)
}
