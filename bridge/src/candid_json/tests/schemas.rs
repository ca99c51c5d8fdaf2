//! Schemas: their form, and what clients hold against them.

use serde_json::{Map, Value, json};

use super::{every_type, scheduler};
use crate::candid_json::{Interface, Shapes};

fn input(interface: &Interface, method: &str) -> Value {
    let method = interface.method(method).unwrap();
    Value::Object(interface.input_schema(method).unwrap())
}

#[test]
fn should_describe_every_type() {
    let schema = input(&every_type(), "echo");
    let properties = &schema["properties"];
    for (name, expected) in [
        ("word", json!({ "type": "string" })),
        ("run_at", json!({ "type": "string", "format": "date-time" })),
        ("task_id", json!({ "type": "string" })),
        (
            "color",
            json!({
                "type": "string",
                "enum": ["green", "red"],
                "description": "`red`: Like blood.",
            }),
        ),
        (
            "timeout_seconds",
            json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }], "examples": ["1h30m"] }),
        ),
        (
            "bytes",
            json!({ "type": "string", "contentEncoding": "base64" }),
        ),
        (
            "small",
            json!({ "type": "integer", "minimum": -128, "maximum": 127 }),
        ),
        ("any", json!({})),
    ] {
        assert_eq!(properties[name], expected, "{name}");
    }
    assert_eq!(schema["required"], json!(["rules"]));
    assert_eq!(schema["additionalProperties"], json!(false));
}

#[test]
fn should_write_variants_as_choices_of_one_key() {
    let schema = input(&every_type(), "echo");
    let rule = &schema["properties"]["rules"]["items"];
    assert_eq!(rule["description"], "When to act.");
    assert_eq!(
        rule["anyOf"][0],
        json!({ "type": "string", "enum": ["now"], "description": "`now`: As soon as possible." })
    );
    let choice = &rule["anyOf"][1];
    assert_eq!(choice["minProperties"], 1);
    assert_eq!(choice["maxProperties"], 1);
    let daily = &choice["properties"]["daily"];
    assert_eq!(daily["description"], "Every day.");
    assert_eq!(daily["properties"]["hour"]["description"], "Hour, 0 to 23.");
}

#[test]
fn should_cut_types_within_themselves() {
    let schema = input(&every_type(), "echo");
    let inner = &schema["properties"]["tree"]["properties"]["children"]["items"];
    assert_eq!(
        *inner,
        json!({ "description": "Of the same form as Tree around it. A list within a list." })
    );
}

#[test]
fn should_describe_methods_without_a_record() {
    let interface = every_type();
    let schema = input(&interface, "ask");
    assert_eq!(schema["required"], json!(["name"]));
    assert_eq!(
        input(&interface, "ping"),
        json!({ "type": "object", "properties": {}, "additionalProperties": false })
    );
    let ask = interface.method("ask").unwrap();
    assert_eq!(
        Value::Object(interface.output_schema(ask)),
        json!({ "type": "object", "properties": { "result": { "type": "string" } } })
    );
}

#[test]
fn should_refuse_arguments_that_nobody_can_give() {
    for typ in [
        "empty",
        "record { empty }",
        "variant { a : empty }",
        "Loop",
        "record { a : nat; b : Loop }",
    ] {
        let did =
            format!("type Loop = record {{ again : Loop }}; service : {{ f : (x : {typ}) -> () }}");
        let interface = Interface::parse(&did).unwrap();
        let error = interface
            .input_schema(interface.method("f").unwrap())
            .unwrap_err();
        assert!(error.rule().contains("exists"), "{typ}: {}", error.rule());
    }
}

#[test]
fn should_bound_types_that_multiply() {
    let mut text = "type T0 = record { a : text };".to_string();
    for level in 1..40 {
        let below = level - 1;
        text += &format!("type T{level} = record {{ a : T{below}; b : T{below} }};");
    }
    text += "service : { f : (T39) -> () }";
    let schema = input(&Interface::parse(&text).unwrap(), "f");
    assert!(schema.to_string().len() < 1_000_000);
}

#[test]
fn should_suit_every_client() {
    for interface in [every_type(), scheduler()] {
        for method in interface.methods() {
            let Ok(input) = interface.input_schema(method) else {
                continue;
            };
            let output = interface.output_schema(method);
            for schema in [input, output] {
                check_root(&schema, &method.name);
                check_places(&Value::Object(schema), &method.name);
            }
        }
    }
}

#[test]
fn should_leave_open_what_has_no_value() {
    let interface = Interface::parse(
        "type None = variant {}; service : { f : (a : opt variant {}, b : vec None) -> (opt None) }",
    )
    .unwrap();
    let method = interface.method("f").unwrap();
    let input = interface.input_schema(method).unwrap();
    let output = interface.output_schema(method);
    for schema in [input, output] {
        check_places(&Value::Object(schema), "f");
    }
    for given in [json!({ "b": [] }), json!({ "a": null, "b": [] })] {
        interface
            .encode_arguments(method, given.as_object().unwrap())
            .unwrap();
    }
}

fn check_root(schema: &Map<String, Value>, method: &str) {
    assert_eq!(schema["type"], "object", "{method}");
    for word in ["oneOf", "anyOf", "allOf", "not", "enum"] {
        assert!(!schema.contains_key(word), "{method}: {word}");
    }
}

fn check_places(schema: &Value, method: &str) {
    match schema {
        Value::Object(members) => {
            for (name, value) in members {
                assert!(!name.starts_with('$'), "{method}: {name}");
                assert!(name != "enum" || *value != json!([]), "{method}: no names");
                check_places(value, method);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| check_places(item, method)),
        _ => {}
    }
}

#[test]
fn should_be_brief_in_a_list() {
    let interface = every_type();
    let echo = interface.method("echo").unwrap();
    let mut shapes = Shapes::default();
    let brief = interface
        .brief_input_schema(echo, "echo", &mut shapes)
        .unwrap();
    let full = interface.input_schema(echo).unwrap();
    let length = |schema: &Map<String, Value>| Value::Object(schema.clone()).to_string().len();
    assert!(length(&brief) < length(&full));
    let hour = &brief["properties"]["rules"]["items"]["anyOf"][1]["properties"]["daily"]["properties"]
        ["hour"];
    assert_eq!(
        *hour,
        json!({ "type": "integer", "minimum": 0, "maximum": 23 }),
        "the range that is allowed, and no word that says no more"
    );
}

#[test]
fn should_show_what_may_be_absent_from_an_answer() {
    let interface = every_type();
    let echo = interface.method("echo").unwrap();
    let schema = interface.output_schema(echo);
    assert_eq!(
        schema["properties"]["word"]["type"],
        json!(["string", "null"])
    );
}

#[test]
fn should_not_read_meaning_into_names_elsewhere() {
    let interface = Interface::parse(super::EVERY_TYPE).unwrap();
    let schema = input(&interface, "echo");
    assert_eq!(
        schema["properties"]["run_at"],
        json!({
            "anyOf": [{ "type": "integer" }, { "type": "string" }],
            "description": "Candid: nat64.",
        })
    );
}

#[test]
fn should_join_the_lines_of_comments() {
    let interface = every_type();
    let echo = interface.method("echo").unwrap();
    assert_eq!(
        echo.documentation,
        "Gives back what it takes.\n\nNothing is kept."
    );
    assert!(!echo.is_query);
    assert!(interface.method("ask").unwrap().is_query);
}
