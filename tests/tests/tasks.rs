//! Tasks on the compiled wasm: they fire when they are due, and only their owner sees them.

use candid::{Encode, Principal};
use chime_tests::{Sender, every, in_virtual_time, note, now_once, on_each_network, task};
use chime_types::{
    Advice, ErrorKind, ExecutionResult, ExecutionStatus, GetMyTasksRequest, GetMyTasksResult,
    PreviewScheduleRequest, PreviewScheduleResult, Rule, TaskRequest, TaskResult, TaskStatus,
    UpdateTaskRequest, limits,
};

#[test]
fn should_call_another_canister_at_each_slot() {
    on_each_network(|world| {
        let step = chime_tests::call(world.callee, "count", "()");
        let made = world.create(&task("counter", vec![step], every(60)));
        assert_eq!(made.status, TaskStatus::Pending);
        for count in 1..=3 {
            world.pass(60);
            let executions = world.executions(made.id);
            assert_eq!(executions.len(), count);
            let last = &executions[count - 1];
            assert_eq!(last.status, ExecutionStatus::Completed);
            assert_eq!(last.result.as_deref(), Some(&*format!("({count} : nat64)")));
        }
        let slots: Vec<u64> = world
            .executions(made.id)
            .iter()
            .map(|execution| execution.scheduled_at)
            .collect();
        assert!(
            slots
                .windows(2)
                .all(|pair| pair[1] - pair[0] == 60 * limits::NANOSECONDS)
        );
        let received = world.received();
        assert_eq!(received.len(), 3);
        assert!(received.iter().all(|call| call.caller == world.scheduler));
    });
}

#[test]
fn should_fire_in_the_round_in_which_it_is_due() {
    in_virtual_time(|world| {
        let made = world.create(&task("prompt", vec![note("hello")], every(3_600)));
        world.pass(3_600);
        let execution = world.execution(made.id);
        assert_eq!(execution.started_at, Some(execution.scheduled_at));
        assert_eq!(execution.finished_at, Some(execution.scheduled_at));
        assert_eq!(execution.logs[0].message, "hello");
    });
}

#[test]
fn should_run_now_besides_the_schedule() {
    on_each_network(|world| {
        let made = world.create(&task("on demand", vec![note("hello")], every(3_600)));
        let next = world.get(made.id).next_run_at;
        let execution = world.run_now(made.id);
        assert_eq!(execution.schedule_id, None);
        assert_eq!(world.statuses(made.id), [ExecutionStatus::Completed]);
        assert_eq!(world.get(made.id).next_run_at, next);
    });
}

#[test]
fn should_cost_no_message_while_nothing_is_due() {
    in_virtual_time(|world| {
        world.create(&task("yearly", vec![note("x")], every(365 * 86_400)));
        let before = world.stats().cycles;
        world.pass(364 * 86_400);
        assert_eq!(world.stats().cycles, before);
        assert!(world.stats().timer_armed_at.is_some());
    });
}

#[test]
fn should_refuse_the_anonymous_principal_and_hide_tasks_from_strangers() {
    on_each_network(|world| {
        let made = world.create(&task("mine", vec![note("x")], every(60)));
        let request = TaskRequest { task_id: made.id };
        for (sender, kind) in [
            (Sender::Anonymous, ErrorKind::Unauthenticated),
            (Sender::Stranger, ErrorKind::NotFound),
        ] {
            let read: TaskResult = world.query(sender, "get_task", &request).unwrap();
            assert_eq!(read.into_result().unwrap_err().kind, kind);
        }
        let written: TaskResult = world
            .update(Sender::Stranger, "resume_task", &request)
            .unwrap();
        assert_eq!(written.into_result().unwrap_err().kind, ErrorKind::NotFound);
        let run: ExecutionResult = world
            .update(Sender::Stranger, "run_task_now", &request)
            .unwrap();
        assert_eq!(run.into_result().unwrap_err().kind, ErrorKind::NotFound);
        let scheduler = world.scheduler;
        let bytes = Encode!(&request).unwrap();
        let refused = world
            .network
            .update(Sender::Anonymous, scheduler, "run_task_now", bytes)
            .unwrap_err();
        assert!(refused.contains("the anonymous principal may"), "{refused}");
        let page: GetMyTasksResult = world
            .query(
                Sender::Stranger,
                "get_my_tasks",
                &GetMyTasksRequest::default(),
            )
            .unwrap();
        assert!(page.into_result().unwrap().tasks.is_empty());
    });
}

#[test]
fn should_answer_bad_bytes_with_an_error_and_not_with_a_trap() {
    on_each_network(|world| {
        let cases = [b"".to_vec(), b"not candid".to_vec(), Encode!(&7u8).unwrap()];
        for bytes in cases {
            let scheduler = world.scheduler;
            let answer = world
                .network
                .update(Sender::Owner, scheduler, "create_task", bytes)
                .unwrap();
            let answer: TaskResult = candid::decode_one(&answer).unwrap();
            let error = answer.into_result().unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidArgument);
            assert_eq!(error.advice, Advice::FixRequest);
            assert_eq!(error.field.as_deref(), Some("request"));
        }
        let too_large = vec![0; limits::MAXIMUM_REQUEST_BYTES + 1];
        let scheduler = world.scheduler;
        let refused = world
            .network
            .update(Sender::Owner, scheduler, "create_task", too_large)
            .unwrap_err();
        assert!(refused.contains("at most 1048576 bytes"), "{refused}");
        assert_eq!(world.list(None, 10).total_tasks, 0);
    });
}

#[test]
fn should_name_the_field_of_a_schedule_that_cannot_be() {
    on_each_network(|world| {
        let cron = |expression: &str| {
            chime_types::NewSchedule::new(Rule::Cron {
                expression: expression.to_string(),
            })
        };
        let zone = chime_types::NewSchedule {
            timezone: Some("Mars/Base".into()),
            ..every(60)
        };
        let rows = [
            (every(0), "schedules[0].rule.interval.repeat_every_seconds"),
            (cron(""), "schedules[0].rule.cron.expression"),
            (cron("0 24 * * *"), "schedules[0].rule.cron.expression"),
            (cron("0 0 30 2 *"), "schedules[0].rule.cron.expression"),
            (zone, "schedules[0].timezone"),
        ];
        for (schedule, field) in rows {
            let error = world
                .try_create(&task("bad", vec![note("x")], schedule))
                .unwrap_err();
            assert_eq!(error.field.as_deref(), Some(field), "{error}");
        }
        assert_eq!(world.list(None, 10).total_tasks, 0);
    });
}

#[test]
fn should_preview_a_schedule_in_words_and_times() {
    on_each_network(|world| {
        let request = PreviewScheduleRequest {
            schedule: chime_types::NewSchedule {
                timezone: Some("Europe/Zurich".into()),
                ..chime_types::NewSchedule::new(Rule::Daily {
                    hour: 2,
                    minute: None,
                })
            },
            from_at: None,
            count: Some(3),
        };
        let answer: PreviewScheduleResult = world
            .query(Sender::Owner, "preview_schedule", &request)
            .unwrap();
        let preview = answer.into_result().unwrap();
        assert_eq!(preview.timezone, "Europe/Zurich");
        assert_eq!(preview.next_at.len(), 3);
        assert!(
            preview.description.contains("02:00"),
            "{}",
            preview.description
        );
    });
}

#[test]
fn should_change_pause_resume_and_delete() {
    on_each_network(|world| {
        let made = world.create(&task("one", vec![note("x")], every(60)));
        let change = UpdateTaskRequest {
            task_id: made.id,
            name: Some("two".into()),
            schedules: Some(vec![every(3_600)]),
            ..UpdateTaskRequest::default()
        };
        let changed: TaskResult = world.update(Sender::Owner, "update_task", &change).unwrap();
        assert_eq!(changed.into_result().unwrap().name, "two");
        world.pass(120);
        assert!(
            world.executions(made.id).is_empty(),
            "the old schedule is gone"
        );

        assert_eq!(world.kill(made.id).status, TaskStatus::Paused);
        world.pass(7_200);
        assert!(world.executions(made.id).is_empty());
        let request = TaskRequest { task_id: made.id };
        let resumed: TaskResult = world
            .update(Sender::Owner, "resume_task", &request)
            .unwrap();
        assert!(resumed.into_result().unwrap().next_run_at.is_some());
        world.pass(3_600);
        assert_eq!(world.statuses(made.id), [ExecutionStatus::Completed]);

        let deleted: chime_types::DeleteTaskResult = world
            .update(Sender::Owner, "delete_task", &request)
            .unwrap();
        deleted.into_result().unwrap();
        let stats = world.stats();
        assert_eq!(
            (stats.total_tasks, stats.agenda, stats.next_wake_at),
            (0, 0, None)
        );
        assert_eq!(stats.timer_armed_at, None);
    });
}

#[test]
fn should_name_a_codex_that_is_not_stored() {
    on_each_network(|world| {
        let codex = chime_types::NewStep::new(chime_types::Action::Codex {
            name: "vault.py".into(),
            code: None,
            input: None,
        });
        let made = world.create(&task("python", vec![codex], now_once()));
        let execution = world.execution(made.id);
        assert_eq!(execution.status, ExecutionStatus::Failed);
        let error = execution.error.unwrap();
        assert!(error.contains("there is no codex `vault`"), "{error}");
    });
}

#[test]
fn should_serve_the_documented_interface() {
    on_each_network(|world| {
        let scheduler = world.scheduler;
        let served = world.network.metadata(scheduler, "candid:service");
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../scheduler.did");
        assert_eq!(
            String::from_utf8(served).unwrap(),
            std::fs::read_to_string(path).unwrap()
        );
    });
}

#[test]
fn should_be_called_by_another_canister() {
    on_each_network(|world| {
        #[derive(candid::CandidType)]
        struct ScheduleMe {
            scheduler: Principal,
            repeat_every_seconds: u64,
        }
        let caller = world.deploy("caller");
        let request = ScheduleMe {
            scheduler: world.scheduler,
            repeat_every_seconds: 30,
        };
        world
            .network
            .update(
                Sender::Owner,
                caller,
                "schedule_me",
                Encode!(&request).unwrap(),
            )
            .unwrap();
        world.pass(90);
        let no_arguments = candid::encode_args(()).unwrap();
        let answer = world
            .network
            .query(Sender::Owner, caller, "count", no_arguments)
            .unwrap();
        let count: u64 = candid::decode_one(&answer).unwrap();
        assert_eq!(count, 3);
        assert_eq!(
            world.list(None, 10).total_tasks,
            0,
            "the task is the caller's, not mine"
        );
    });
}

#[test]
fn should_draw_other_random_bytes_on_each_network_that_is_served() {
    let draw = || {
        let mut world = chime_tests::World::on(Box::new(chime_tests::agent::Agent::new()));
        let management = chime_tests::Callee(Principal::management_canister());
        let step = chime_tests::call(management, "raw_rand", "()");
        let made = world.create(&task("random", vec![step], now_once()));
        world.execution(made.id).result.expect("random bytes")
    };
    assert_ne!(draw(), draw());
}

#[test]
fn should_make_ten_thousand_tasks_and_list_them_by_pages() {
    in_virtual_time(|world| {
        world.raise_limits();
        let request = task("many", vec![note("x")], every(86_400));
        for _ in 0..10_000 {
            world.try_create(&request).unwrap();
        }
        let mut cursor = None;
        let mut seen = 0;
        loop {
            let page = world.list(cursor, limits::MAXIMUM_PAGE_ITEMS);
            assert_eq!(page.total_tasks, 10_000);
            assert!(!page.tasks.is_empty());
            seen += page.tasks.len();
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, 10_000);
    });
}
