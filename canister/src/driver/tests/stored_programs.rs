//! Codices in the store: which code a program is made of, what is kept of it and for whom, and the way through a
//! backup.

use candid::Principal;
use chime_types::{
    Action, CancelExecutionRequest, Codex, CodexRequest, Entities, Error, ExecutionStatus,
    GetEntitiesRequest, limits,
};

use super::once;
use super::programs::{RUNNER, call, done, job, owner_entities, put, slice, world, yielded};
use super::world::World;
use crate::service::{self, codices};

#[test]
fn should_follow_an_edit_that_fits() {
    let world = world();
    let made = world.create(job());
    world.pump();
    world.answer(0, yielded(call()));
    put(&world, "job", "code 2");
    world.answer(1, Ok(vec![4]));
    assert_eq!(slice(&world, 2).codex.code, "code 2");
    world.answer(2, done("2", None, ""));
    assert_eq!(world.latest(made.id).result.as_deref(), Some("2"));
}

#[test]
fn should_send_what_is_imported_one_through_another() {
    let world = world();
    put(&world, "ggg", "from deeper import x");
    put(&world, "deeper", "import ggg, nothing");
    put(&world, "other", "x = 1");
    put(&world, "job", "def async_task():\n    from ggg import User");
    world.create(job());
    world.pump();
    let sent = slice(&world, 0);
    let names: Vec<&str> = sent
        .modules
        .iter()
        .map(|source| source.name.as_str())
        .collect();
    assert_eq!(names, ["ggg", "deeper"]);
}

#[test]
fn should_run_code_that_comes_along_with_its_input() {
    let world = World::new();
    world.set_runners(&[RUNNER]);
    let action = Action::Codex {
        name: "inline.py".to_string(),
        code: Some("result = 7".to_string()),
        input: Some("{\"run\": \"{{execution_id}}\"}".to_string()),
    };
    let made = world.create(once(action));
    world.pump();
    let sent = slice(&world, 0);
    assert_eq!(
        (sent.codex.name.as_str(), sent.codex.code.as_str()),
        ("inline", "result = 7")
    );
    let id = world.latest(made.id).id;
    assert_eq!(sent.execution.input, format!("{{\"run\": \"{id}\"}}"));
}

#[test]
fn should_share_the_load_among_the_runners() {
    let world = world();
    let runners = [
        Principal::from_slice(&[5, 1]),
        Principal::from_slice(&[5, 2]),
    ];
    world.set_runners(&runners);
    for _ in 0..4 {
        world.create(job());
    }
    world.pump();
    for runner in runners {
        let calls = world.calls();
        let its = calls.iter().filter(|call| call.canister == runner);
        assert_eq!(its.count(), 2);
    }
}

#[test]
fn should_keep_the_runners_under_another_preset() {
    let world = world();
    let runners = vec![RUNNER];
    let configure = |request: chime_types::ConfigureRequest| {
        world.change(|state, caller, now| {
            let admin = service::Caller {
                role: chime_types::Role::Admin,
                ..caller
            };
            service::configure(state, admin, now, request)
        })
    };
    let named = chime_types::ConfigureRequest {
        runners: Some(runners.clone()),
        ..Default::default()
    };
    configure(named).unwrap();
    let preset = chime_types::ConfigureRequest {
        preset: Some(chime_types::ConfigPreset::Production),
        ..Default::default()
    };
    assert_eq!(configure(preset).unwrap().runners, runners);
}

#[test]
fn should_keep_nothing_of_a_run_whose_rows_another_one_changed() {
    let world = world();
    let state =
        |n: u32| format!("{{\"owner\":{{\"A\":{{\"next\":2,\"rows\":{{\"1\":{{\"n\":{n}}}}}}}}}}}");
    let [first, second] = [world.create(job()), world.create(job())];
    world.pump();
    world.answer(0, done("1", Some(&state(1)), ""));
    world.answer(1, done("2", Some(&state(2)), ""));
    assert_eq!(world.latest(first.id).status, ExecutionStatus::Completed);
    let failed = world.latest(second.id);
    assert_eq!(failed.cause, Some(chime_types::Cause::StateConflict));
    assert!(owner_entities(&world).contains("\"n\":1"));
}

#[test]
fn should_stop_between_two_parts_when_it_is_cancelled() {
    let world = world();
    let made = world.create(job());
    world.pump();
    world.answer(0, yielded(call()));
    let request = CancelExecutionRequest {
        execution_id: world.latest(made.id).id,
        reason: None,
        terminate: None,
    };
    world
        .change(|state, caller, now| service::cancel_execution(state, caller, now, &request))
        .unwrap();
    world.answer(1, Ok(vec![4]));
    assert_eq!(world.latest(made.id).status, ExecutionStatus::Cancelled);
    assert_eq!(world.calls().len(), 2, "no slice follows");
}

#[test]
fn should_count_the_bytes_of_all_that_is_kept() {
    let world = world();
    let made = world.create(job());
    world.pump();
    world.answer(0, yielded(call()));
    world.answer(1, Ok(vec![4; 10_000]));
    world.answer(
        2,
        done("1", Some("{\"task\":{\"A\":{\"next\":1,\"rows\":{}}}}"), ""),
    );
    let counted = |world: &World| {
        world.change(|state, caller, _| {
            let owner = caller.principal;
            (state.usage(owner).bytes, state.bytes_listed_of(owner))
        })
    };
    let (bytes, listed) = counted(&world);
    assert_eq!(bytes, listed);
    assert!(bytes > 10_000, "{bytes}");
    world
        .change(|state, caller, now| service::delete(state, caller, now, made.id))
        .unwrap();
    world.live(10);
    let (bytes, listed) = counted(&world);
    assert_eq!(bytes, listed);
    assert!(bytes < 5_000, "{bytes}");
    let id = chime_types::ExecutionRequest { execution_id: 1 };
    let gone =
        world.change(|state, caller, _| codices::get_journal(state, caller, id.execution_id));
    assert!(gone.is_err());
}

#[test]
fn should_show_which_tasks_use_a_codex_and_keep_twenty_versions() {
    let world = world();
    let made = world.create(job());
    for number in 2..=22 {
        put(&world, "job.py", &format!("code {number}"));
    }
    let request = CodexRequest {
        name: "job".to_string(),
        ..CodexRequest::default()
    };
    let shown = world
        .change(|state, caller, _| codices::get_codex(state, caller, &request))
        .unwrap();
    assert_eq!((shown.present_version, shown.used_by), (22, vec![made.id]));
    assert_eq!(shown.versions.len(), limits::MAXIMUM_CODEX_VERSIONS);
    assert_eq!(shown.versions.last().unwrap().number, 3);
    assert_eq!(shown.code.as_deref(), Some("code 22"));
}

/// Two codices, without who uses them.
fn shown(world: &World) -> [Result<Codex, Error>; 2] {
    ["job", "lib"].map(|name| {
        let request = CodexRequest {
            name: name.to_string(),
            ..CodexRequest::default()
        };
        let found = world.change(|state, caller, _| codices::get_codex(state, caller, &request));
        found.map(|codex| Codex {
            used_by: Vec::new(),
            ..codex
        })
    })
}

fn kept(world: &World, task_id: Option<u64>) -> Entities {
    let request = GetEntitiesRequest { task_id };
    world
        .change(|state, caller, _| codices::get_entities(state, caller, &request))
        .unwrap()
}

#[test]
fn should_come_back_from_a_backup_field_by_field() {
    let world = world();
    put(&world, "job", "code 2");
    put(&world, "lib", "x = 1");
    let made = world.create(job());
    world.pump();
    let entities = |n: u32| format!("{{\"A\":{{\"next\":2,\"rows\":{{\"1\":{{\"n\":{n}}}}}}}}}");
    let both = format!("{{\"owner\":{},\"task\":{}}}", entities(1), entities(2));
    world.answer(0, done("1", Some(&both), ""));
    let backup = once(Action::Backup {
        keep: None,
        all_owners: None,
    });
    world.create(backup);
    world.live(10);
    let list = chime_types::PageRequest::default();
    let backups = world.change(|state, caller, _| service::list_backups(state, caller, &list));
    let backup = backups.unwrap().backups.remove(0);
    let before = (
        shown(&world),
        kept(&world, None),
        kept(&world, Some(made.id)),
    );
    assert_eq!(before.0[0].as_ref().unwrap().versions.len(), 2);
    world.change(|state, caller, now| {
        for name in ["job", "lib"] {
            let request = chime_types::DeleteCodexRequest {
                name: name.to_string(),
                shared: None,
            };
            codices::delete_codex(state, caller, now, request).unwrap();
        }
        state.put_owner_entities(caller.principal, &crate::state::EntitiesRecord::default());
        service::delete(state, caller, now, made.id).unwrap();
    });
    world.live(10);
    let mut request = chime_types::RestoreBackupRequest {
        backup_id: backup.id,
        overwrite: None,
        cursor: None,
    };
    loop {
        let answer = world.change(|state, caller, now| {
            let budget = crate::engine::Budget::LEAST;
            service::restore_backup(state, caller, now, &request, &budget)
        });
        request.cursor = answer.unwrap().next_cursor;
        if request.cursor.is_none() {
            break;
        }
    }
    assert_eq!(shown(&world), before.0);
    assert_eq!(kept(&world, None), before.1);
    assert_eq!(kept(&world, Some(made.id)), before.2);
}
