//! The translation as a whole, on an interface that has every type and on the scheduler's own.

mod any_type;
pub(crate) mod bounds;
mod errors;
mod kept;
mod labels;
mod numbers;
mod round_trip;
mod schemas;
mod text;
mod values;

use serde_json::{Map, Value};

use super::{Answer, Interface};
use crate::error::Error;

/// An interface with every type there is.
pub(super) const EVERY_TYPE: &str = r#"
type Color = variant {
  // Like blood.
  red;
  green;
};
// When to act.
type Rule = variant {
  // As soon as possible.
  now;
  // Every day.
  daily : record {
    // Hour, 0 to 23.
    hour : nat8;
    minute : opt nat8;
  };
  note : text;
  blank : record { text : opt text };
};
// A list within a list.
type Tree = record { value : int; children : vec Tree };
type Everything = record {
  color : opt Color;
  rules : vec Rule;
  run_at : opt nat64;
  timeout_seconds : opt nat64;
  task_id : opt nat64;
  count : opt nat64;
  signed : opt int64;
  big : opt nat;
  bigger : opt int;
  small : opt int8;
  ratio : opt float64;
  flag : opt bool;
  word : opt text;
  bytes : opt blob;
  owner : opt principal;
  pair : opt record { text; nat };
  next_at : opt vec nat64;
  tree : opt Tree;
  any : reserved;
  nothing : null;
};
service : {
  // Gives back what it takes.
  //
  // Nothing is kept.
  echo : (Everything) -> (variant { Ok : Everything; Err : record { rule : text } });
  ask : (name : text, limit : opt nat32) -> (text) query;
  ping : () -> ();
  several : () -> (text, nat8) query;
  hook : (func (text) -> ()) -> ();
}
"#;

pub(super) fn every_type() -> Interface {
    Interface::parse(EVERY_TYPE)
        .unwrap()
        .with_meaningful_names()
}

pub(super) fn scheduler() -> Interface {
    Interface::parse(include_str!("../../../scheduler.did"))
        .unwrap()
        .with_meaningful_names()
}

pub(super) fn object(json: Value) -> Map<String, Value> {
    match json {
        Value::Object(object) => object,
        other => panic!("no object: {other}"),
    }
}

/// Encodes a request of `method`.
pub(super) fn encode(interface: &Interface, method: &str, json: Value) -> Result<Vec<u8>, Error> {
    let method = interface.method(method).unwrap();
    interface.encode_arguments(method, &object(json))
}

/// What `echo` answers to a request: the same, as `Ok`.
pub(super) fn echo(interface: &Interface, json: Value) -> Value {
    use candid::types::value::{IDLField, IDLValue, VariantValue};
    use candid::{IDLArgs, types::Label};

    let bytes = encode(interface, "echo", json).unwrap();
    let method = interface.method("echo").unwrap();
    let (environment, actor) = interface.environment().unwrap();
    let function = environment.get_method(&actor, "echo").unwrap();
    let taken = IDLArgs::from_bytes_with_types(&bytes, &environment, &function.args).unwrap();
    let field = IDLField {
        id: Label::Named("Ok".into()),
        val: taken.args[0].clone(),
    };
    let answer = IDLArgs::new(&[IDLValue::Variant(VariantValue(Box::new(field), 0))])
        .to_bytes_with_types(&environment, &function.rets)
        .unwrap();
    match interface.decode_answer(method, &answer).unwrap() {
        Answer::Ok(json) => json,
        Answer::Err(json) => panic!("refused: {json}"),
    }
}
