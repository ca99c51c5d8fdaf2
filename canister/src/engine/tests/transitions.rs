//! The states of an execution: what the code allows is what `ARCHITECTURE.md` draws, no more and
//! no less.

use std::collections::BTreeSet;

use chime_types::ExecutionStatus;

use crate::state::records::Status;

const ALL: [ExecutionStatus; 9] = [
    ExecutionStatus::Ready,
    ExecutionStatus::Running,
    ExecutionStatus::Waiting,
    ExecutionStatus::Completed,
    ExecutionStatus::Failed,
    ExecutionStatus::TimedOut,
    ExecutionStatus::Cancelled,
    ExecutionStatus::Skipped,
    ExecutionStatus::Missed,
];

/// (from, to), where nothing stands for 'an execution is made'.
type Edges = BTreeSet<(String, String)>;

/// The rows of the table in `ARCHITECTURE.md`: `| from, from | to | when |`.
fn drawn() -> Edges {
    let text = include_str!("../../../../ARCHITECTURE.md");
    let (_, table) = text
        .split_once("| from | to | when |")
        .expect("the table of edges");
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    rows.flat_map(|row| {
        let mut cells = row.split('|').skip(1).map(str::trim);
        let (from, to) = (cells.next().unwrap(), cells.next().unwrap());
        let from = from.split(',').map(|name| name.trim().to_string());
        from.map(|from| (from, to.to_string())).collect::<Vec<_>>()
    })
    .collect()
}

fn allowed() -> Edges {
    let mut edges = Edges::new();
    for to in ALL {
        if Status::FIRST.contains(&to) {
            edges.insert((String::new(), to.name().to_string()));
        }
        for from in ALL.iter().filter(|from| Status::is_allowed(**from, to)) {
            edges.insert((from.name().to_string(), to.name().to_string()));
        }
    }
    edges
}

#[test]
fn should_allow_exactly_the_edges_that_are_drawn() {
    assert_eq!(allowed(), drawn());
}

#[test]
fn should_leave_no_final_state() {
    for from in ALL.iter().filter(|status| status.is_final()) {
        for to in ALL {
            assert!(!Status::is_allowed(*from, to), "{from:?} -> {to:?}");
        }
    }
}

#[test]
fn should_refuse_every_other_edge() {
    for from in Status::FIRST {
        for to in ALL.iter().filter(|to| !Status::is_allowed(from, **to)) {
            let entered = std::panic::catch_unwind(|| Status::first(from).enter(*to));
            assert!(entered.is_err(), "{from:?} -> {to:?}");
        }
    }
}
