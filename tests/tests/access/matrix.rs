//! Every method of the interface times every kind of caller.

use std::collections::BTreeSet;

use chime_types::{Error, ErrorKind};

use crate::cast::Who;
use crate::stage::{Answer, MISSING, Stage, fill, interface};
use crate::table::{ROWS, Row};

/// The callers that a row has a column for.
const COLUMNS: [Who; 8] = [
    Who::Stranger,
    Who::Owner,
    Who::Other,
    Who::Viewer,
    Who::Worker,
    Who::Operator,
    Who::Admin,
    Who::Controller,
];

#[test]
fn should_have_a_row_for_every_method_of_the_interface() {
    let (_, methods) = interface();
    let methods: BTreeSet<String> = methods.into_iter().map(|(name, _)| name).collect();
    let rows: BTreeSet<String> = ROWS.iter().map(|row| row.method.to_string()).collect();
    assert_eq!(rows, methods);
}

fn letter(answer: &Answer) -> &'static str {
    match answer {
        Answer::Done => "+",
        Answer::TurnedAway => "R",
        Answer::Refused(error) => match error.kind {
            ErrorKind::Unauthenticated => "U",
            ErrorKind::Forbidden => "F",
            ErrorKind::NotFound => "N",
            ErrorKind::InvalidArgument => "I",
            ErrorKind::Conflict => "C",
            ErrorKind::LimitExceeded | ErrorKind::Unavailable | ErrorKind::Internal => "?",
        },
    }
}

fn expected(row: &Row, who: Who, is_query: bool) -> &'static str {
    match who {
        Who::Anonymous if is_query => "U",
        Who::Disabled if is_query => "F",
        Who::Anonymous | Who::Disabled => "R",
        _ => {
            let column = COLUMNS.iter().position(|one| *one == who);
            let mut outcomes = row.outcomes.split(' ');
            outcomes
                .nth(column.expect("BUG: a column"))
                .expect("eight outcomes")
        }
    }
}

/// What the request would name if there were nothing.
fn missing(things: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    let replaced = things.iter().map(|(name, value)| {
        let value = match *name {
            "action" | "codex" | "secret" => "missing",
            "token" | "past" | "since" | "owner" | "chunk" | "rest" | "number" | "user" => {
                value.as_str()
            }
            _ => MISSING,
        };
        (*name, value.to_string())
    });
    replaced.collect()
}

/// An error about one thing, as it would be about another.
fn about(error: Error, things: &[(&'static str, String)]) -> Error {
    let rule = things.iter().fold(error.rule, |rule, (name, value)| {
        let other = match *name {
            "action" | "codex" | "secret" => "missing",
            _ => MISSING,
        };
        rule.replace(&format!(" {value} "), &format!(" {other} "))
            .replace(&format!("`{value}`"), &format!("`{other}`"))
    });
    Error { rule, ..error }
}

#[test]
fn should_answer_each_kind_of_caller_as_the_table_says() {
    let mut stage = Stage::new();
    let mut faults = Vec::new();
    for row in ROWS {
        let is_query = stage.is_query(row.method);
        for who in Who::ALL {
            let things = stage.things(row.request);
            let answer = stage.send(who, row.method, &fill(row.request, &things));
            let wanted = expected(row, who, is_query);
            if letter(&answer) != wanted {
                let method = row.method;
                faults.push(format!("{method} {who:?}: {wanted}, got {answer:?}"));
            }
            // What is not the caller's cannot be told from what there is not.
            if let Answer::Refused(error) = answer
                && error.kind == ErrorKind::NotFound
            {
                let request = fill(row.request, &missing(&things));
                let none = stage.send(who, row.method, &request);
                let Answer::Refused(none) = none else {
                    faults.push(format!("{} {who:?}: {none:?} for nothing", row.method));
                    continue;
                };
                if about(error.clone(), &things) != none {
                    faults.push(format!("{} {who:?}: {error} but {none}", row.method));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn should_try_each_change_as_it_is_made() {
    let mut stage = Stage::new();
    let mut faults = Vec::new();
    let mut tried = BTreeSet::new();
    for row in ROWS {
        if stage.is_query(row.method) {
            continue;
        }
        tried.insert(row.method);
        for who in COLUMNS {
            let things = stage.things(row.request);
            let request = fill(row.request, &things);
            let trial = stage.try_out(who, row.method, &request);
            let answer = stage.send(who, row.method, &request);
            if format!("{trial:?}") != format!("{answer:?}") {
                let method = row.method;
                faults.push(format!("{method} {who:?}: {answer:?}, tried {trial:?}"));
            }
        }
    }
    assert!(tried.len() > 40, "{tried:?}");
    assert!(faults.is_empty(), "{faults:#?}");
}
