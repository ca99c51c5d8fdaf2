//! Labels that are no identifiers, references, and what is absent within what is there.

use serde_json::{Map, Value, json};

use crate::candid_json::{Answer, Interface, Method};

const ODD: &str = r#"
type Kind = variant {
  "weird name-!";
  "two words" : record { "z$" : nat; "7" : opt text };
  "";
  "null";
  5;
};
service : {
  f : (record { kind : Kind; "odd key!" : opt nat; "a_name_that_is_much_longer_than_any_client_takes_as_a_key_of_a_schema" : opt bool })
    -> (record { kind : Kind; "odd key!" : opt nat; "a_name_that_is_much_longer_than_any_client_takes_as_a_key_of_a_schema" : opt bool });
  hook : (to : func (text) -> () query, at : service { ask : () -> () }) -> (func (text) -> () query, service { ask : () -> () });
  nested : (opt opt nat) -> (opt opt nat);
  deeper : (opt opt opt text) -> (opt opt opt text);
  nothing : (opt null) -> (opt null);
  anything : (opt reserved) -> (opt reserved);
  Self : (Self) -> (Self);
  listed : (opt opt vec nat) -> (opt opt vec nat);
  within : (record { opt opt nat; opt nat }) -> (record { opt opt nat; opt nat });
}
"#;

fn odd() -> Interface {
    Interface::parse(&format!("type Self = opt Self; {ODD}")).unwrap()
}

fn given(method: &Method, value: Value) -> Map<String, Value> {
    match (method.name.as_str(), value) {
        ("f" | "within" | "hook", Value::Object(members)) => members,
        (_, value) => Map::from_iter([("argument_0".to_string(), value)]),
    }
}

/// What comes back of a value that is sent.
fn echo(name: &str, value: Value) -> Value {
    let interface = odd();
    let method = interface.method(name).unwrap();
    let bytes = interface
        .encode_arguments(method, &given(method, value.clone()))
        .unwrap_or_else(|error| panic!("{name} {value}: {}", error.explanation()));
    match interface.decode_answer(method, &bytes).unwrap() {
        Answer::Ok(json) | Answer::Err(json) => json,
    }
}

#[test]
fn should_take_and_give_labels_as_they_are_written() {
    for kind in [
        json!("weird name-!"),
        json!({ "two words": { "z$": 1, candid::idl_hash("7").to_string(): "x" } }),
        json!(""),
        json!("null"),
        json!("5"),
    ] {
        let answer = echo("f", json!({ "kind": kind, "odd key!": 7 }));
        assert_eq!(answer["kind"], kind);
        assert_eq!(answer["odd key!"], 7);
    }
}

#[test]
fn should_take_the_number_of_a_label_too() {
    let hash = |name: &str| candid::idl_hash(name).to_string();
    for (kind, written) in [
        (json!(hash("weird name-!")), "weird name-!"),
        (json!({ hash("weird name-!"): null }), "weird name-!"),
        (json!({ hash("null"): null, "": null, "5": {} }), "5"),
    ] {
        let kind = match written {
            "5" => json!({ "5": null }),
            _ => kind,
        };
        let answer = echo("f", json!({ hash("kind"): kind, hash("odd key!"): 7 }));
        assert_eq!(answer["kind"], written);
        assert_eq!(answer["odd key!"], 7);
    }
    let interface = odd();
    let method = interface.method("f").unwrap();
    let twice = json!({ "kind": "5", "odd key!": 7, hash("odd key!"): 7 });
    let error = interface
        .encode_arguments(method, &given(method, twice))
        .unwrap_err();
    assert!(error.rule().contains("same field"), "{}", error.rule());
}

#[test]
fn should_offer_labels_as_they_are_written() {
    let interface = odd();
    let schema = interface
        .input_schema(interface.method("f").unwrap())
        .unwrap();
    let kind = &schema["properties"]["kind"];
    assert_eq!(
        kind["anyOf"][0]["enum"],
        json!(["", "null", "weird name-!", "5"])
    );
    // Clients refuse a key that is no identifier: its words name the label.
    let hash = candid::idl_hash("odd key!").to_string();
    let odd_key = schema["properties"][&hash]["description"].as_str().unwrap();
    assert!(
        odd_key.starts_with("Named \"odd key!\", which is taken too."),
        "{odd_key}"
    );
    assert_eq!(
        schema.get("additionalProperties"),
        None,
        "the label as written is taken too"
    );
    let answer = interface.output_schema(interface.method("f").unwrap());
    assert!(answer["properties"].get("odd key!").is_some());
}

#[test]
fn should_carry_functions_and_services() {
    let value = json!({ "to": "aaaaa-aa.raw_rand", "at": "ryjl3-tyaaa-aaaaa-aaaba-cai" });
    let answer = echo("hook", value.clone());
    assert_eq!(answer, json!({ "0": value["to"], "1": value["at"] }));
    let interface = odd();
    let method = interface.method("hook").unwrap();
    assert!(interface.input_schema(method).is_ok());
    for (name, wrong) in [
        ("to", json!("aaaaa-aa")),
        ("to", json!(7)),
        ("at", json!("x")),
    ] {
        let mut members = value.as_object().unwrap().clone();
        members.insert(name.to_string(), wrong);
        let error = interface.encode_arguments(method, &members).unwrap_err();
        assert_eq!(error.field(), Some(name));
    }
}

#[test]
fn should_tell_what_is_absent_from_what_is_there_and_null() {
    for (method, value) in [
        ("nested", json!(null)),
        ("nested", json!([null])),
        ("nested", json!([7])),
        ("deeper", json!(null)),
        ("deeper", json!([null])),
        ("deeper", json!([[null]])),
        ("deeper", json!([["x"]])),
        ("nothing", json!(null)),
        ("nothing", json!([null])),
        ("anything", json!([null])),
        ("Self", json!(null)),
        ("Self", json!([[[null]]])),
        ("listed", json!([null])),
        ("listed", json!([[]])),
        ("listed", json!([[1, 2]])),
        ("within", json!({ "0": [null], "1": null })),
        ("within", json!({ "0": null, "1": 7 })),
    ] {
        assert_eq!(echo(method, value.clone()), value, "{method}");
    }
    // Values that can mean one thing only.
    assert_eq!(echo("nested", json!(7)), json!([7]));
    assert_eq!(echo("deeper", json!(["x"])), json!([["x"]]));
}

#[test]
fn should_refuse_what_an_option_of_itself_cannot_hold() {
    let interface = odd();
    let method = interface.method("Self").unwrap();
    let mut deep = json!(null);
    for _ in 0..110 {
        deep = json!([deep]);
    }
    for value in [json!(7), json!("x"), json!([1, 2]), deep] {
        let error = interface
            .encode_arguments(method, &given(method, value))
            .unwrap_err();
        assert_eq!(error.kind(), crate::error::Kind::InvalidArgument);
    }
}
