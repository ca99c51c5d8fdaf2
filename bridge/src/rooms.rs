//! The rooms of this crate and the arrows between them, held against ARCHITECTURE.md.
//!
//! A room is a folder beside this file. It imports another where its code, tests included, names
//! `crate::other`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Every room may import these, so they import none.
const BELOW_ALL: [&str; 3] = ["disk", "error", "fixtures"];

/// Rooms below the surfaces: what they do is the same whoever asks, so they name no protocol and no
/// form of input or output.
const SPEAK_NO_PROTOCOL: [&str; 5] = ["apply", "diagnosis", "methods", "scheduler", "words"];
const PROTOCOLS: [&str; 5] = ["rmcp", "clap", "axum", "ratatui", "comfy_table"];

/// The heading and the end of the table in ARCHITECTURE.md.
const TABLE: &str = "| room of bridge/src |";

/// From a room to those that it imports, each with a file that does so.
type Arrows = BTreeMap<String, BTreeMap<String, String>>;

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every file of Rust below `directory`, with its text without comments.
fn files(directory: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim().starts_with("//"));
            found.push((path, code.collect::<Vec<_>>().join("\n")));
        }
    }
    found
}

/// The files of each room; a file beside this one is a room too.
fn rooms() -> BTreeMap<String, Vec<(String, String)>> {
    let source = source();
    let mut rooms: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (path, code) in files(&source) {
        let path = path.strip_prefix(&source).unwrap().display().to_string();
        let room = path.split('/').next().unwrap().trim_end_matches(".rs");
        if !matches!(room, "lib" | "main" | "rooms") {
            rooms
                .entry(room.to_string())
                .or_default()
                .push((path.clone(), code));
        }
    }
    rooms
}

/// The names that follow `crate::` in a text.
fn named(code: &str) -> BTreeSet<&str> {
    let parts = code.split("crate::").skip(1);
    let end = |text: &str| text.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    parts
        .map(|text| &text[..end(text).unwrap_or(text.len())])
        .collect()
}

fn arrows_of_the_code() -> Arrows {
    let mut arrows = Arrows::new();
    let rooms = rooms();
    for (room, files) in &rooms {
        let to = arrows.entry(room.clone()).or_default();
        for (path, code) in files {
            for name in named(code) {
                if name != room && rooms.contains_key(name) {
                    to.insert(name.to_string(), path.clone());
                }
            }
        }
    }
    arrows
}

/// The table in ARCHITECTURE.md: a row for each room, its last column the rooms that it imports.
fn arrows_of_the_table() -> Arrows {
    let path = source().join("../../ARCHITECTURE.md");
    let text = fs::read_to_string(path).unwrap();
    let table = text.lines().skip_while(|line| !line.starts_with(TABLE));
    let rows = table.skip(2).take_while(|line| line.starts_with('|'));
    let quoted = |cell: &str| -> Vec<String> {
        let parts = cell.split('`').skip(1).step_by(2);
        parts.map(str::to_string).collect()
    };
    let mut arrows = Arrows::new();
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split('|').collect();
        let to = quoted(cells.last().unwrap()).into_iter();
        let to: BTreeMap<_, _> = to.map(|name| (name, "ARCHITECTURE.md".into())).collect();
        for room in quoted(cells[0]) {
            arrows.insert(room, to.clone());
        }
    }
    arrows
}

/// What `left` has and `right` has not, a line for each.
fn missing(left: &Arrows, right: &Arrows, where_missing: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (room, to) in left {
        let Some(there) = right.get(room) else {
            lines.push(format!("{room}: has no row or folder in {where_missing}"));
            continue;
        };
        for (other, file) in to {
            if !there.contains_key(other) && !BELOW_ALL.contains(&other.as_str()) {
                lines.push(format!(
                    "{room} -> {other} ({file}): not in {where_missing}"
                ));
            }
        }
    }
    lines
}

#[test]
fn should_be_drawn_in_the_architecture_as_they_are() {
    let (mut code, table) = (arrows_of_the_code(), arrows_of_the_table());
    for below in BELOW_ALL {
        let to = code.remove(below).unwrap();
        assert!(to.is_empty(), "{below} is below all, and imports {to:?}");
    }
    let mut wrong = missing(&code, &table, "ARCHITECTURE.md");
    wrong.extend(missing(&table, &code, "the code"));
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// A way from `room` back to itself, if there is one.
fn circle(arrows: &Arrows, room: &str, way: &mut Vec<String>) -> bool {
    if way.iter().any(|passed| passed == room) {
        way.push(room.to_string());
        return true;
    }
    way.push(room.to_string());
    for other in arrows.get(room).into_iter().flat_map(BTreeMap::keys) {
        if circle(arrows, other, way) {
            return true;
        }
    }
    way.pop();
    false
}

#[test]
fn should_never_lead_back_to_where_they_began() {
    let arrows = arrows_of_the_code();
    for room in arrows.keys() {
        let mut way = Vec::new();
        assert!(!circle(&arrows, room, &mut way), "{}", way.join(" -> "));
    }
    let looped = Arrows::from_iter([("a", "b"), ("b", "c"), ("c", "b")].map(|(from, to)| {
        let to = BTreeMap::from_iter([(to.to_string(), String::new())]);
        (from.to_string(), to)
    }));
    assert!(circle(&looped, "a", &mut Vec::new()), "it sees circles");
}

#[test]
fn should_name_no_protocol_below_the_surfaces() {
    let rooms = rooms();
    let mut wrong = Vec::new();
    for room in SPEAK_NO_PROTOCOL {
        for (path, code) in &rooms[room] {
            let words: BTreeSet<_> = code
                .split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
                .collect();
            let named = PROTOCOLS.iter().filter(|name| words.contains(*name));
            wrong.extend(named.map(|name| format!("{path} names {name}")));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
