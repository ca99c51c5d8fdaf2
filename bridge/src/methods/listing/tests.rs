//! The lists of tools: what is in them.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::candid_json::tests::bounds::{DEEPEST, LARGEST, any_interface, depth};
use crate::scheduler::SCHEDULER_INTERFACE;

fn scheduler(selection: &Selection) -> Vec<Entry> {
    let interface = Interface::parse(SCHEDULER_INTERFACE)
        .unwrap()
        .with_meaningful_names();
    let listing = entries(&interface, true, selection).unwrap();
    assert!(listing.left_out.is_empty());
    listing.entries
}

fn of(text: &str) -> Vec<Tool> {
    let interface = Interface::parse(text).unwrap();
    let listing = entries(&interface, false, &Selection::default()).unwrap();
    listing
        .entries
        .into_iter()
        .map(|entry| entry.tool)
        .collect()
}

/// One line for each tool there is, with what a client is told about its dangers.
#[test]
fn should_rate_every_method() {
    let lines: Vec<_> = scheduler(&Selection::all())
        .iter()
        .map(|entry| {
            let hints = entry.tool.hints;
            let words = [
                ("reads", hints.read_only),
                ("destructive", hints.destructive),
                ("idempotent", hints.idempotent),
                ("open world", hints.open_world),
            ];
            let words: Vec<_> = words
                .into_iter()
                .filter(|(_, hint)| *hint)
                .map(|(word, _)| word)
                .collect();
            let extras: Vec<_> = entry.extras.iter().map(|extra| extra.name()).collect();
            let name = &entry.tool.name;
            format!("{name}: {}; {}", words.join(", "), extras.join(", "))
        })
        .collect();
    insta::assert_snapshot!("hints", lines.join("\n"));
}

#[test]
fn should_say_in_a_sentence_or_two_when_a_tool_is_to_be_taken() {
    const SHORTEST: usize = 45;
    for Entry { tool, .. } in scheduler(&Selection::default()) {
        let length = tool.description.chars().count();
        assert!(length >= SHORTEST, "{}: {}", tool.name, tool.description);
    }
}

#[test]
fn should_offer_the_ten_documented_tools_by_default() {
    let entries = scheduler(&Selection::default());
    for name in [
        "create_task",
        "get_task",
        "update_task",
        "delete_task",
        "get_my_tasks",
        "run_task_now",
        "get_task_executions",
        "create_backup_task",
        "create_cleanup_task",
        "get_stats",
    ] {
        assert!(
            entries.iter().any(|entry| entry.tool.name == name),
            "{name}"
        );
    }
}

#[test]
fn should_know_every_method_of_the_scheduler() {
    let interface = Interface::parse(SCHEDULER_INTERFACE).unwrap();
    let methods = interface.methods().iter();
    // Each tool has that one as an argument.
    let methods: Vec<_> = methods.filter(|method| method.name != "dry_run").collect();
    for method in &methods {
        let row = Row::of(&method.name);
        let row = row.unwrap_or_else(|| panic!("{} has no row", method.name));
        assert_eq!(row.hints.read_only, method.is_query, "{}", method.name);
    }
    assert_eq!(catalogue::ROWS.len(), methods.len());
    assert_eq!(scheduler(&Selection::all()).len(), methods.len() + 3);
}

#[test]
fn should_write_large_types_with_words_in_the_first_tool_only() {
    let named = |names: &[&str]| Selection {
        tools: names.iter().map(|name| (*name).to_string()).collect(),
        ..Selection::default()
    };
    let schema = |entries: &[Entry], name: &str| {
        let entry = entries
            .iter()
            .find(|entry| entry.tool.name == name)
            .unwrap();
        entry.tool.input_schema["properties"].clone()
    };
    let action = |properties: &Value| properties["steps"]["items"]["properties"]["action"].clone();
    let call = |properties: &Value| action(properties)["properties"]["call"].clone();
    let both = scheduler(&named(&["create_task", "update_task"]));
    assert!(call(&schema(&both, "create_task"))["description"].is_string());
    let update = schema(&both, "update_task");
    let text = update["steps"]["items"]["description"].as_str().unwrap();
    assert_eq!(text, "Same form as steps[] of create_task.");
    let cases = action(&update)["examples"].as_array().unwrap().clone();
    assert!(
        cases.iter().any(|case| case["call"].is_object()),
        "{update}"
    );
    let alone = schema(&scheduler(&named(&["update_task"])), "update_task");
    assert!(call(&alone)["description"].is_string());
}

/// Objects that lead to the words of another tool.
fn references<'schema>(schema: &'schema Value, found: &mut Vec<&'schema Value>) {
    match schema {
        Value::Object(members) => {
            let text = members.get("description").and_then(Value::as_str);
            if text.is_some_and(|text| text.contains("Same form")) {
                found.push(schema);
            }
            members
                .values()
                .for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn should_let_each_tool_be_read_alone() {
    let entries = scheduler(&Selection::all());
    let mut count = 0;
    for Entry { tool, .. } in &entries {
        let schema = Value::Object(tool.input_schema.clone());
        let mut found = Vec::new();
        references(&schema, &mut found);
        count += found.len();
        for reference in found {
            let properties = reference["properties"].as_object();
            let examples = reference["examples"].as_array();
            let names = properties.map_or(0, Map::len) + examples.map_or(0, Vec::len);
            assert!(names > 0, "{}: {reference}", tool.name);
        }
    }
    assert!(count > 4, "{count}: schedules, steps, conditions");
}

#[test]
fn should_make_up_what_an_interface_leaves_out() {
    let tools = of("service : { ask_x : () -> (nat) query; drop_all : () -> () }");
    assert_eq!(tools[0].title, "Ask x");
    assert_eq!(tools[0].description, "Asks the canister's method ask_x.");
    assert!(tools[1].hints.destructive && !tools[1].hints.read_only);
    assert!(tools[1].input_schema["properties"]["confirm"].is_object());
}

#[test]
fn should_give_every_method_a_name_that_clients_take() {
    let long = "x".repeat(70);
    let tools = of(&format!(
        "service : {{ \"a name\" : () -> (); a_name : () -> (); \"{long}\" : () -> ();
           \"{long}y\" : () -> (); hook : (func () -> ()) -> (); \"\" : () -> (); ok : () -> () }}"
    ));
    let mut names: Vec<_> = tools.iter().map(|tool| tool.name.as_str()).collect();
    names.sort_unstable();
    let cut = "x".repeat(64);
    let second = format!("{}_2", "x".repeat(62));
    let mut expected = vec!["_", "a_name", "a_name_2", "hook", "ok", &cut, &second];
    expected.sort_unstable();
    assert_eq!(names, expected);
}

#[test]
fn should_leave_a_method_its_own_arguments() {
    let tools = of("service : { set : (record { dry_run : opt nat; x : opt nat }) -> () }");
    let properties = &tools[0].input_schema["properties"];
    assert!(properties["dry_run"]["anyOf"].is_array(), "{properties:?}");
}

/// What every client takes as the name of a tool or of an argument.
fn is_common(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (1..=MAXIMUM_NAME_CHARACTERS).contains(&name.len()) && name.bytes().all(is_plain)
}

/// Every key of the objects that a schema describes.
fn keys<'schema>(schema: &'schema Value, found: &mut Vec<&'schema String>) {
    let Value::Object(members) = schema else {
        return;
    };
    if let Some(Value::Object(properties)) = members.get("properties") {
        found.extend(properties.keys());
        properties.values().for_each(|member| keys(member, found));
    }
    for word in ["items", "anyOf"] {
        match members.get(word) {
            Some(Value::Array(choices)) => choices.iter().for_each(|choice| keys(choice, found)),
            Some(one) => keys(one, found),
            None => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn should_make_tools_that_clients_take_of_any_interface(did in any_interface()) {
        // A name that leads to nothing but names is no type.
        let Ok(interface) = Interface::parse(&did) else { return Ok(()); };
        let listing = entries(&interface, false, &Selection::default()).unwrap();
        let whole = listing.entries.len() + listing.left_out.len();
        prop_assert_eq!(whole, interface.methods().len(), "one is missing without a word: {}", did);
        let names: BTreeSet<_> = listing.entries.iter().map(|it| &it.tool.name).collect();
        prop_assert_eq!(names.len(), listing.entries.len(), "{}", did);
        for Entry { tool, .. } in &listing.entries {
            let schema = Value::Object(tool.input_schema.clone());
            prop_assert!(is_common(&tool.name), "{}: {did}", tool.name);
            prop_assert_eq!(&schema["type"], "object", "{}", did);
            prop_assert!(depth(&schema) <= DEEPEST, "{did}");
            prop_assert!(schema.to_string().len() <= LARGEST, "{did}");
            prop_assert!(jsonschema::draft202012::meta::is_valid(&schema), "{schema}");
            prop_assert!(jsonschema::draft202012::new(&schema).is_ok(), "{schema}");
            let mut found = Vec::new();
            keys(&schema, &mut found);
            prop_assert!(found.iter().all(|key| is_common(key)), "{found:?}: {did}");
        }
    }
}
