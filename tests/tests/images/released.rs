//! The stores of older releases, each with something of everything in it, under the present program.

use std::collections::BTreeMap;

use chime_tests::audit::check_store;
use chime_tests::everything::SECONDS;
use chime_tests::golden::{self, Image};
use chime_tests::interface::Interface;
use chime_tests::reading::{self, Reading};
use chime_tests::{Sender, World, now_once, task};
use chime_types::ExecutionStatus::{Running, Waiting};
use chime_types::{Action, GetMyTasksRequest, GetMyTasksResult, NewStep};

use super::{EMPTY, assert_same};

const RELEASES: [&str; 2] = ["0.2.0", "0.3.0"];

/// What an upgrade may change of what a scheduler shows.
const CHANGED: &[(&str, &str)] = &[
    ("get_api_doc", "a text of the program"),
    ("preview_schedule.Ok.description", "words of the program"),
    ("get_stats.Ok.version", "that of the program"),
    ("get_stats.Ok.cycles", "the canister is another one"),
    (
        "get_stats.Ok.cycles_per_day",
        "counted from the balance, and the canister is another one",
    ),
    ("get_stats.Ok.stable_pages", "the program has more maps"),
    (
        "events_since.Ok.next_cursor",
        "it does not tell any more how much happens to others",
    ),
];

/// The present scheduler over the image of a release.
fn upgraded(image: &Image) -> World {
    let mut world = golden::world_with(EMPTY.to_vec(), SECONDS);
    let (scheduler, owner) = (world.scheduler, world.network.principal(Sender::Owner));
    let replica = world.network.replica().expect("in this process");
    golden::take_over(replica, owner, scheduler, &image.memory);
    world
}

fn read(world: &mut World) -> Reading {
    let interface = Interface::shown_by(world);
    reading::read(world, &interface)
}

#[test]
fn should_show_what_each_release_showed() {
    for release in RELEASES {
        let image = Image::of(release);
        let mut world = upgraded(&image);
        assert_same(&image.reading, &read(&mut world), CHANGED);
    }
}

/// The numbers of the owner's tasks by their names.
fn tasks(world: &mut World) -> BTreeMap<String, u64> {
    let request = GetMyTasksRequest {
        owner: None,
        cursor: None,
        limit: Some(500),
    };
    let answer: GetMyTasksResult = world
        .query(Sender::Owner, "get_my_tasks", &request)
        .expect("no rejection");
    let page = answer.into_result().expect("a page");
    page.tasks
        .into_iter()
        .map(|task| (task.name, task.id))
        .collect()
}

#[test]
fn should_go_on_with_what_each_release_began() {
    for release in RELEASES {
        let mut world = upgraded(&Image::of(release));
        let tasks = tasks(&mut world);
        let before: BTreeMap<u64, usize> = tasks
            .values()
            .map(|id| (*id, world.executions(*id).len()))
            .collect();
        world.pass(2 * 3_600);
        for name in ["running", "web", "failed", "steps"] {
            let statuses = world.statuses(tasks[name]);
            assert!(
                !statuses.contains(&Running) && !statuses.contains(&Waiting),
                "{release} {name}: {statuses:?}"
            );
        }
        for name in ["interval", "zones", "web", "filled in"] {
            let id = tasks[name];
            assert!(world.executions(id).len() > before[&id], "{release} {name}");
        }
        assert!(!tasks.contains_key("long"), "{release}: it was deleted");
        mend(&mut world, UNCOUNTED);
        check_store(&mut world);
    }
}

/// What 0.2.0 did not count: maintenance counts it anew. Everything else it left as it ought to be.
const UNCOUNTED: &[&str] = &["the bytes of ", "the calls under way are counted wrong"];

/// Lets maintenance mend what it finds, which is of the kinds that are named.
fn mend(world: &mut World, kinds: &[&str]) {
    let step = NewStep::new(Action::Maintenance { dry_run: None });
    let made = world.create(&task("mend", vec![step], now_once()));
    world.pass(60);
    let execution = world.execution(made.id);
    let result = execution.result.expect("a report");
    let report: serde_json::Value = serde_json::from_str(&result).expect("JSON");
    for violation in report["violations"].as_array().expect("a list") {
        let said = violation.as_str().expect("a text");
        assert!(kinds.iter().any(|kind| said.contains(kind)), "{said}");
    }
}

#[test]
fn should_find_nothing_to_mend_in_what_a_release_left_behind() {
    check_store(&mut upgraded(&Image::of("0.3.0")));
    let mut world = upgraded(&Image::of("0.2.0"));
    mend(&mut world, UNCOUNTED);
    check_store(&mut world);
}

/// Maps of the image that are empty, by their memory ids.
fn empty_maps(image: &[u8]) -> Vec<usize> {
    const PAGE: usize = 65_536;
    const SIZES_AT: usize = 40;
    const BUCKETS_AT: usize = SIZES_AT + 255 * 8;
    const LENGTH_AT: usize = 20;
    assert_eq!(&image[..3], b"MGR", "a manager of memories");
    let number = |at: usize| u64::from_le_bytes(image[at..at + 8].try_into().expect("eight bytes"));
    let bucket_pages = usize::from(u16::from_le_bytes([image[6], image[7]]));
    let is_empty = |memory: &usize| {
        let owner_of = |bucket: &usize| usize::from(image[BUCKETS_AT + bucket]) == *memory;
        let Some(bucket) = (0..PAGE / 2).find(owner_of) else {
            return true;
        };
        let at = PAGE + bucket * bucket_pages * PAGE;
        &image[at..at + 3] == b"BTR" && number(at + LENGTH_AT) == 0
    };
    (0..50).filter(is_empty).collect()
}

#[test]
fn should_hold_something_in_every_map() {
    // The ready queue of the first layout is retired.
    assert_eq!(empty_maps(&Image::of("0.3.0").memory), [6]);
}
