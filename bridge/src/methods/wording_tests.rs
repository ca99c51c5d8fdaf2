//! Every sentence of these rooms names only what there is: tools, methods, fields, settings. A tool that
//! was renamed is found here, whatever error or explanation names it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::tests::{Fake, tools};
use super::*;

/// The rooms whose sentences models read.
const ROOMS: [&str; 5] = ["candid_json", "diagnosis", "mcp", "methods", "scheduler"];

/// Words of answers and of other protocols, which no interface has.
const OTHERS: [&str; 8] = [
    "answer_unreadable",
    "icrc1_balance_of",
    "left_out",
    "outcome_unknown",
    "raw_rand",
    "said_by_callee",
    "said_by_others",
    "would_lose",
];

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" && name != "snapshots" {
            sources(&path, found);
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") && name != "fixtures.rs" {
            found.push(path);
        }
    }
}

/// The texts in a source, without its comments and tests.
fn texts(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]\nmod ").next().unwrap();
    let lines = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let source = lines.collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    let mut text: Option<String> = None;
    let mut letters = source.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, &mut text) {
            ('\\', Some(text)) => {
                text.push(' ');
                letters.next();
            }
            ('"', Some(_)) => found.extend(text.take()),
            ('"', None) => text = Some(String::new()),
            // A letter in quotation marks of its own.
            ('\'', None) if letters.peek() == Some(&'"') => {
                letters.next();
            }
            (letter, Some(text)) => text.push(letter),
            (_, None) => {}
        }
    }
    found
}

/// Words with an underscore, as names of things have it.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.filter(|word| {
        let is_name = word.starts_with(|letter: char| letter.is_ascii_lowercase());
        is_name && word.contains('_') && !word.starts_with('_') && !word.ends_with('_')
    })
}

#[test]
fn should_name_only_what_there_is() {
    let tools = tools(Fake::default());
    let mut known: BTreeSet<_> = names(SCHEDULER_INTERFACE).map(str::to_string).collect();
    for entry in &tools.entries {
        known.insert(entry.tool.name.clone());
        let properties = entry.tool.input_schema.get("properties");
        known.extend(
            properties
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .map(|(it, _)| it.clone()),
        );
    }
    known.extend(OTHERS.map(str::to_string));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    ROOMS
        .iter()
        .for_each(|room| sources(&root.join(room), &mut files));
    assert!(files.len() > 60, "the sources are elsewhere");
    let mut unknown = BTreeSet::new();
    for file in files {
        for text in texts(&fs::read_to_string(&file).unwrap()) {
            // One word alone is a key; what is filled in is no name.
            let sentence = text
                .split('{')
                .map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
            let sentence = sentence.collect::<String>();
            if sentence.trim().contains(' ') {
                let strange = names(&sentence).filter(|name| !known.contains(*name));
                unknown.extend(strange.map(|name| format!("{name} in {}", file.display())));
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}
