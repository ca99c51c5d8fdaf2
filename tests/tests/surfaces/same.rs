//! When two answers tell the same.

use chime_tests::mcp::Client;
use serde_json::{Map, Value, json};

/// What the tools add for models, who cannot reckon with zones and take any text for an instruction.
const FOR_MODELS: [&str; 2] = ["next_runs", "said_by_others"];

/// An answer without what only one surface adds.
pub fn plain(value: &Value, leave_out: &[&str]) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !FOR_MODELS.contains(&name.as_str()))
            .filter(|(name, _)| !leave_out.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), plain(value, leave_out)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(|item| plain(item, leave_out)).collect(),
        other => other.clone(),
    }
}

/// These members of each item, sorted by the first; one that is left out is null.
pub fn members(items: &Value, names: &[(&str, &str)]) -> Vec<Value> {
    let items = items.as_array().unwrap_or_else(|| panic!("{items}"));
    let mut rows: Vec<Value> = items
        .iter()
        .map(|item| names.iter().map(|(name, _)| item[*name].clone()).collect())
        .collect();
    rows.sort_by_key(|row| row[0].to_string());
    rows.dedup();
    rows
}

/// The same of the other surface, by its names.
pub fn theirs(items: &Value, names: &[(&str, &str)]) -> Vec<Value> {
    let other: Vec<(&str, &str)> = names.iter().map(|(_, name)| (*name, "")).collect();
    members(items, &other)
}

/// Equal, but that MCP may have only the end of a long error.
pub fn tell_the_same(here: &Value, there: &Value) -> bool {
    match (here, there) {
        (Value::Array(here), Value::Array(there)) => {
            let mut pairs = here.iter().zip(there);
            here.len() == there.len() && pairs.all(|(here, there)| tell_the_same(here, there))
        }
        (Value::String(here), Value::String(there)) => {
            let end = there.split_once(" more characters) …");
            here == there || end.is_some_and(|(_, end)| end.len() > 300 && here.ends_with(end))
        }
        (here, there) => here == there,
    }
}

/// The first place where two answers differ.
pub fn difference(here: &Value, there: &Value) -> String {
    let at = |name: &str, here: &Value, there: &Value| {
        (!tell_the_same(here, there)).then(|| format!("{name}/{}", difference(here, there)))
    };
    let first = match (here, there) {
        (Value::Array(here), Value::Array(there)) if here.len() == there.len() => {
            let mut pairs = here.iter().zip(there).enumerate();
            pairs.find_map(|(index, (here, there))| at(&index.to_string(), here, there))
        }
        (Value::Object(here), Value::Object(there)) => {
            let mut names = here.keys().chain(there.keys());
            let differs = |name: &&String| here.get(*name) != there.get(*name);
            names.find(differs).map(|name| {
                let (here, there) = (here.get(name), there.get(name));
                format!("{name}: command line {here:?}, MCP {there:?}")
            })
        }
        _ => None,
    };
    first.unwrap_or_else(|| format!("command line {here}, MCP {there}"))
}

/// All items of a tool that answers in pages, and how many pages there were.
pub fn pages(client: &mut Client, tool: &str, given: &Value, items: &str) -> (Value, usize) {
    let mut all = Vec::new();
    let mut arguments = given.clone();
    for count in 1.. {
        let page = client.succeed(tool, &arguments);
        all.extend(page[items].as_array().unwrap().iter().cloned());
        if page["next_cursor"].is_null() {
            return (json!(all), count);
        }
        arguments["cursor"] = page["next_cursor"].clone();
    }
    unreachable!("the loop ends with the last page")
}
