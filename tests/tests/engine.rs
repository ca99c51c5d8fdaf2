//! The engine on the wasm: each promise at least once, over months of virtual time.

use candid::{CandidType, Principal};
use chime_replica::{CanisterHttpReply, CanisterHttpResponse, MockCanisterHttpResponse, Replica};
use chime_tests::{Sender, World, call, every, in_virtual_time, note, now_once, retries, task};
use chime_types::ExecutionStatus::{
    Cancelled, Completed, Failed, Missed, Ready, Running, Skipped, TimedOut, Waiting,
};
use chime_types::{
    Action, BackfillRequest, BackfillResult, CancelExecutionRequest, ClaimJobsRequest,
    ClaimJobsResult, CompleteJobRequest, ConfigResult, ConfigureRequest, CreateTaskRequest,
    DeadLettersRequest, DefineActionRequest, EventKind, EventsSinceRequest, EventsSinceResult,
    Exclusion, ExecutionResult, HttpAction, HttpHeader, MissedRuns, NewSchedule, NewStep,
    OverlapPolicy, Priority, PutSecretRequest, PutUserRequest, ReplayDeadLettersResult,
    RetryExecutionRequest, Role, Rule, SecretsResult, TaskExecution, TaskResult, UserResult,
};
use serde::de::DeserializeOwned;

const SECOND: u64 = 1_000_000_000;
const DAY: u64 = 86_400;

/// Calls an update method that answers `Ok`.
fn ask<A: DeserializeOwned + CandidType>(
    world: &mut World,
    method: &str,
    request: &impl CandidType,
) -> A {
    let answer = world.update(Sender::Owner, method, request);
    world.pass(0);
    answer.expect("no rejection")
}

fn configure(world: &mut World, request: &ConfigureRequest) {
    let answer: ConfigResult = ask(world, "configure", request);
    answer.into_result().expect("configured");
}

fn replica(world: &mut World) -> &mut Replica {
    world
        .network
        .replica()
        .expect("the replica in this process")
}

/// What a clock shows, as `2026-03-29 01:00`, of each execution.
fn times(executions: &[TaskExecution]) -> Vec<String> {
    let show = |execution: &TaskExecution| {
        let seconds = i64::try_from(execution.scheduled_at / SECOND).expect("a time");
        let at = jiff::Timestamp::from_second(seconds).expect("a time");
        at.strftime("%Y-%m-%d %H:%M").to_string()
    };
    executions.iter().map(show).collect()
}

/// Nanoseconds since 1970 of a time in UTC, such as `2026-12-01T00:00:00Z`.
fn instant(text: &str) -> u64 {
    let at: jiff::Timestamp = text.parse().expect("a time");
    u64::try_from(at.as_nanosecond()).expect("after 1970")
}

/// Moves the virtual clock to a time before anything is scheduled.
fn begin_at(world: &mut World, text: &str) {
    let at = instant(text);
    replica(world).set_time_ns(at);
    world.pass(0);
}

fn in_zone(rule: Rule, zone: &str) -> NewSchedule {
    NewSchedule {
        timezone: Some(zone.to_string()),
        ..NewSchedule::new(rule)
    }
}

fn noting(schedule: NewSchedule) -> CreateTaskRequest {
    task("note", vec![note("ran")], schedule)
}

#[test]
fn should_follow_the_calendar_over_months_and_a_leap_day() {
    in_virtual_time(|world| {
        begin_at(world, "2027-12-15T00:00:00Z");
        let monthly = world.create(&noting(NewSchedule::new(Rule::Monthly {
            day: 31,
            hour: 6,
            minute: None,
        })));
        let leap = world.create(&noting(NewSchedule::new(Rule::Cron {
            expression: "0 6 29 2 *".to_string(),
        })));
        world.pass(140 * DAY);
        assert_eq!(
            times(&world.executions(monthly.id)),
            [
                "2027-12-31 06:00",
                "2028-01-31 06:00",
                "2028-02-29 06:00",
                "2028-03-31 06:00",
                "2028-04-30 06:00"
            ]
        );
        assert_eq!(times(&world.executions(leap.id)), ["2028-02-29 06:00"]);
    });
}

#[test]
fn should_keep_the_hour_of_the_clock_over_both_changes_in_three_zones() {
    in_virtual_time(|world| {
        begin_at(world, "2026-03-01T00:00:00Z");
        // zone, weekday at nine: offsets in hours before and after each change of 2026.
        let zones = [
            ("Europe/Zurich", vec![1, 2, 1]),
            ("America/New_York", vec![-5, -4, -5]),
            ("Australia/Sydney", vec![11, 10, 11]),
        ];
        let daily = Rule::Daily {
            hour: 9,
            minute: None,
        };
        let made: Vec<u64> = zones
            .iter()
            .map(|(zone, _)| world.create(&noting(in_zone(daily.clone(), zone))).id)
            .collect();
        world.pass(260 * DAY);
        for (id, (zone, expected)) in made.iter().zip(zones) {
            let executions = world.executions(*id);
            assert!(executions.len() >= 260, "{zone}: {}", executions.len());
            let mut offsets: Vec<i64> = executions
                .iter()
                .map(|execution| {
                    let hour = i64::try_from(execution.scheduled_at / SECOND / 3_600).unwrap() % 24;
                    (9 - hour + 36) % 24 - 12
                })
                .collect();
            offsets.dedup();
            assert_eq!(offsets, expected, "{zone}");
        }
    });
}

#[test]
fn should_fire_once_in_the_gap_and_once_in_the_repeated_hour() {
    in_virtual_time(|world| {
        begin_at(world, "2026-03-28T12:00:00Z");
        let rule = Rule::Daily {
            hour: 2,
            minute: Some(30),
        };
        let made = world.create(&noting(in_zone(rule, "Europe/Zurich")));
        world.pass(2 * DAY);
        assert_eq!(
            times(&world.executions(made.id)),
            ["2026-03-29 01:00", "2026-03-30 00:30"],
            "at the end of the gap"
        );
        let at = instant("2026-10-24T12:00:00Z") / SECOND;
        let now = replica(world).time_ns() / SECOND;
        world.pass(at - now);
        world.pass(2 * DAY);
        let executions = world.executions(made.id);
        assert_eq!(
            times(&executions[executions.len() - 2..]),
            ["2026-10-25 00:30", "2026-10-26 01:30"],
            "the first time only"
        );
    });
}

#[test]
fn should_heed_several_schedules_jitter_exclusions_and_the_maximum_of_runs() {
    in_virtual_time(|world| {
        begin_at(world, "2026-03-02T00:00:00Z");
        let weekdays = NewSchedule {
            exclusions: Some(vec![
                Exclusion::Weekdays {
                    weekdays: vec![0, 6],
                },
                Exclusion::Dates {
                    from: "2026-03-04".to_string(),
                    to: Some("2026-03-05".to_string()),
                },
            ]),
            jitter_seconds: Some(3_600),
            ..NewSchedule::new(Rule::Daily {
                hour: 8,
                minute: None,
            })
        };
        let few = NewSchedule {
            maximum_runs: Some(2),
            ..NewSchedule::new(Rule::Daily {
                hour: 20,
                minute: None,
            })
        };
        let mut request = noting(weekdays);
        request.schedules.push(few);
        let made = world.create(&request);
        world.pass(14 * DAY);
        let executions = world.executions(made.id);
        let mornings = executions
            .iter()
            .filter(|one| one.schedule_id == Some(made.schedules[0].id));
        let days: Vec<String> = times(&mornings.cloned().collect::<Vec<_>>());
        assert_eq!(
            days,
            [
                "2026-03-02 08:00",
                "2026-03-03 08:00",
                "2026-03-06 08:00",
                "2026-03-09 08:00",
                "2026-03-10 08:00",
                "2026-03-11 08:00",
                "2026-03-12 08:00",
                "2026-03-13 08:00"
            ]
        );
        assert_eq!(executions.len(), 10);
        for execution in &executions {
            let lag = execution.started_at.unwrap() - execution.scheduled_at;
            assert!(lag <= 3_601 * SECOND, "{lag}");
        }
    });
}

#[test]
fn should_heed_each_overlap_policy() {
    in_virtual_time(|world| {
        let rows = [
            (OverlapPolicy::Skip, vec![Running, Skipped, Skipped]),
            (OverlapPolicy::BufferOne, vec![Running, Ready, Skipped]),
            (OverlapPolicy::BufferAll, vec![Running, Ready, Ready]),
            (OverlapPolicy::CancelOther, vec![Running, Cancelled, Ready]),
            (
                OverlapPolicy::TerminateOther,
                vec![Cancelled, Cancelled, Running],
            ),
            (OverlapPolicy::AllowAll, vec![Running, Running, Running]),
        ];
        for (overlap, expected) in rows {
            let schedule = NewSchedule {
                overlap: Some(overlap),
                maximum_runs: Some(3),
                ..every(10)
            };
            let steps = vec![call(world.callee, "never", "()")];
            let made = world.create(&task("slow", steps, schedule));
            world.pass(35);
            assert_eq!(world.statuses(made.id), expected, "{overlap:?}");
            let kept = world.get(made.id).schedules[0].skipped_runs;
            let skipped = expected.iter().filter(|status| **status == Skipped).count();
            assert_eq!(kept, skipped as u64);
            world.kill(made.id);
        }
        world.callee_update("release");
    });
}

#[test]
fn should_account_for_an_outage_and_backfill_it() {
    in_virtual_time(|world| {
        let schedule = NewSchedule {
            missed_runs: Some(MissedRuns::Skip),
            missed_window_seconds: Some(DAY),
            ..every(3_600)
        };
        let made = world.create(&noting(schedule));
        world.pass(3_600);
        world.stop_scheduler();
        world.pass(10 * 3_600);
        world.start_scheduler();
        world.pass(3_600);
        let statuses = world.statuses(made.id);
        assert_eq!(statuses.len(), 12);
        assert_eq!(
            statuses.iter().filter(|status| **status == Missed).count(),
            9
        );
        let from_at = made.schedules[0].next_run_at.expect("a slot");
        let request = BackfillRequest {
            task_id: made.id,
            schedule_id: made.schedules[0].id,
            from_at,
            until_at: from_at + 20 * 3_600 * SECOND / 2,
            maximum_concurrent: Some(2),
        };
        let answer: BackfillResult = ask(world, "backfill", &request);
        answer.into_result().expect("a backfill");
        world.pass(60);
        assert_eq!(
            world.statuses(made.id),
            [Completed; 12],
            "one record for each slot"
        );
    });
}

#[test]
fn should_retry_by_the_documented_times_and_replay_dead_letters_from_the_failed_step() {
    in_virtual_time(|world| {
        let steps = vec![
            note("first"),
            call(
                world.callee,
                "fail_times",
                r#"(record { key = "k"; times = 4 : nat64 })"#,
            ),
        ];
        let made = world.create(&task("retries", steps, now_once()));
        world.pass(36 * 60);
        let execution = world.execution(made.id);
        assert_eq!(execution.status, Failed);
        let at: Vec<u64> = execution
            .attempts
            .iter()
            .filter(|attempt| attempt.step == 1)
            .map(|attempt| (attempt.started_at - execution.scheduled_at) / SECOND / 60)
            .collect();
        assert_eq!(at, [0, 5, 15, 35]);
        let answer: ReplayDeadLettersResult =
            ask(world, "replay_dead_letters", &DeadLettersRequest::default());
        let replayed = answer.into_result().expect("replayed");
        assert_eq!(replayed.execution_ids.len(), 1);
        world.pass(1);
        let last = world.executions(made.id).pop().expect("an execution");
        assert_eq!((last.status, last.attempts.len()), (Completed, 1));
        assert_eq!(last.steps.len(), 2, "the first step kept its result");
    });
}

#[test]
fn should_heed_the_wishes_of_a_callee() {
    in_virtual_time(|world| {
        let snoozing = r#"(record { key = "s"; times = 2 : nat64; seconds = 60 : nat64 })"#;
        let snoozed = world.create(&task(
            "snoozed",
            vec![call(world.callee, "snooze_times", snoozing)],
            now_once(),
        ));
        let terminal = world.create(&task(
            "terminal",
            vec![call(world.callee, "terminal", "(\"no use\")")],
            now_once(),
        ));
        assert_eq!(world.statuses(snoozed.id), [Waiting]);
        assert_eq!(world.statuses(terminal.id), [Failed], "no retry");
        world.pass(121);
        let execution = world.execution(snoozed.id);
        assert_eq!((execution.status, execution.attempt), (Completed, 1));
    });
}

#[test]
fn should_time_out_and_cancel_executions() {
    in_virtual_time(|world| {
        let never = vec![call(world.callee, "never", "()")];
        let timed = world.create(&CreateTaskRequest {
            execution_timeout_seconds: Some(30),
            ..task("timed", never.clone(), now_once())
        });
        let cancelled = world.create(&task("cancelled", never, now_once()));
        let request = CancelExecutionRequest {
            execution_id: world.execution(cancelled.id).id,
            reason: Some("wrong".to_string()),
            terminate: None,
        };
        let answer: ExecutionResult = ask(world, "cancel_execution", &request);
        assert_eq!(answer.into_result().expect("cancelled").status, Cancelled);
        world.pass(31);
        assert_eq!(world.statuses(timed.id), [TimedOut]);
        world.callee_update("release");
        assert_eq!(
            world.statuses(timed.id),
            [TimedOut],
            "a late answer is dropped"
        );
    });
}

#[test]
fn should_run_the_urgent_first_within_the_limits_and_let_low_through() {
    in_virtual_time(|world| {
        configure(
            world,
            &ConfigureRequest {
                maximum_concurrent: Some(1),
                ageing_seconds: Some(10),
                ..ConfigureRequest::default()
            },
        );
        let blocker = world.create(&task(
            "blocker",
            vec![call(world.callee, "never", "()")],
            now_once(),
        ));
        let mut make = |name: &str, priority| {
            let request = CreateTaskRequest {
                priority: Some(priority),
                ..task(name, vec![note(name)], now_once())
            };
            world.create(&request).id
        };
        let low = make("low", Priority::Low);
        let urgent = make("urgent", Priority::Urgent);
        world.pass(40);
        let mut make = |name: &str, priority| {
            let request = CreateTaskRequest {
                priority: Some(priority),
                ..task(name, vec![note(name)], now_once())
            };
            world.create(&request).id
        };
        let late = make("late", Priority::Urgent);
        world.callee_update("release");
        world.pass(1);
        assert_eq!(world.statuses(blocker.id), [Completed]);
        let mut order: Vec<(u64, u64)> = [low, urgent, late]
            .iter()
            .map(|id| (world.execution(*id).attempts[0].fencing_token, *id))
            .collect();
        order.sort_unstable();
        let ids: Vec<u64> = order.iter().map(|(_, id)| *id).collect();
        assert_eq!(ids, [urgent, low, late], "low waited longer than its class");
    });
}

#[test]
fn should_send_https_requests_and_keep_secrets_out_of_the_history() {
    in_virtual_time(|world| {
        let secret = PutSecretRequest {
            name: "KEY".to_string(),
            secret: "s3cret-value".to_string(),
        };
        let names: SecretsResult = ask(world, "put_secret", &secret);
        assert_eq!(names.into_result().expect("names").names, ["KEY"]);
        let request = HttpAction {
            url: "https://example.org/{{execution_id}}".to_string(),
            method: None,
            headers: Some(vec![HttpHeader {
                name: "authorization".to_string(),
                value: "Bearer {{secrets.KEY}}".to_string(),
            }]),
            body: None,
            max_response_bytes: Some(2_000),
            expected_status: None,
            transform: None,
            replicated: None,
        };
        let steps = vec![
            NewStep::new(Action::Http { request }),
            note("price {{steps.0.result.price}}"),
        ];
        let made = world.create(&task("http", steps, now_once()));
        let sent = replica(world).get_canister_http().remove(0);
        assert_eq!(
            sent.url,
            format!("https://example.org/{}", world.execution(made.id).id)
        );
        assert_eq!(sent.headers[0].value, "Bearer s3cret-value");
        let reply = CanisterHttpReply {
            status: 200,
            headers: Vec::new(),
            body: br#"{"price": 7, "echo": "s3cret-value"}"#.to_vec(),
        };
        let answer = MockCanisterHttpResponse {
            request_id: sent.request_id,
            response: CanisterHttpResponse::CanisterHttpReply(reply),
        };
        replica(world)
            .mock_canister_http_response(answer)
            .expect("it waits");
        world.pass(5);
        let execution = world.execution(made.id);
        assert_eq!(
            execution.result.as_deref(),
            Some("price 7"),
            "{execution:?}"
        );
        let shown = format!("{execution:?}");
        assert!(!shown.contains("s3cret-value"), "{shown}");
        assert!(shown.contains("***"));
    });
}

#[test]
fn should_give_commands_to_workers_under_leases() {
    in_virtual_time(|world| {
        let command = NewStep::new(Action::Command {
            command: "echo hello".to_string(),
            queue: Some("fast".to_string()),
        });
        let made = world.create(&task("command", vec![command], now_once()));
        let role = PutUserRequest {
            principal: world.network.principal(Sender::Stranger),
            name: Some("worker-1".to_string()),
            role: Some(Role::Worker),
            quotas: None,
            disabled: None,
        };
        let user: UserResult = ask(world, "put_user", &role);
        user.into_result().expect("a user");
        let claim = ClaimJobsRequest {
            worker: "w1".to_string(),
            queue: Some("fast".to_string()),
            limit: Some(5),
            lease_seconds: Some(30),
        };
        let claim_job = |world: &mut World| {
            let answer: ClaimJobsResult = world
                .update(Sender::Stranger, "claim_jobs", &claim)
                .expect("no rejection");
            answer.into_result().expect("jobs").jobs
        };
        let first = claim_job(world).remove(0);
        world.upgrade_scheduler(true);
        world.pass(31);
        let second = claim_job(world).remove(0);
        assert!(second.fencing_token > first.fencing_token);
        let report = |fencing_token| CompleteJobRequest {
            execution_id: first.execution_id,
            fencing_token,
            result: "hello".to_string(),
        };
        let complete = |world: &mut World, token| -> ExecutionResult {
            let answer = world.update(Sender::Stranger, "complete_job", &report(token));
            answer.expect("no rejection")
        };
        let late = complete(world, first.fencing_token).into_result();
        assert_eq!(late.unwrap_err().field.as_deref(), Some("fencing_token"));
        complete(world, second.fencing_token)
            .into_result()
            .expect("done");
        assert_eq!(world.statuses(made.id), [Completed]);
        let refused: Result<TaskResult, String> = world.query(
            Sender::Stranger,
            "get_task",
            &chime_types::TaskRequest { task_id: made.id },
        );
        refused
            .expect("no rejection")
            .into_result()
            .expect_err("a worker sees no tasks");
    });
}

#[test]
fn should_run_named_actions_and_pass_over_failed_steps() {
    in_virtual_time(|world| {
        let define = DefineActionRequest {
            name: "generate_report".to_string(),
            description: None,
            entity_name: Some("report".to_string()),
            action: Action::Note {
                text: "{{attributes.report_type}} for {{entity_name}}".to_string(),
            },
            shared: Some(true),
        };
        let defined: chime_types::ActionResult = ask(world, "define_action", &define);
        defined.into_result().expect("defined");
        let mut failing = call(world.callee, "reject", "(\"no\")");
        failing.continue_on_error = Some(true);
        let named = NewStep::new(Action::Named {
            action_name: "generate_report".to_string(),
            entity_name: Some("report".to_string()),
            attributes: r#"{"report_type": "daily"}"#.to_string(),
            as_user: None,
        });
        let made = world.create(&CreateTaskRequest {
            retry: Some(retries(0, 1)),
            ..task("named", vec![failing, named], now_once())
        });
        let execution = world.execution(made.id);
        assert_eq!(
            execution.result.as_deref(),
            Some("daily for report"),
            "{execution:?}"
        );
    });
}

#[test]
fn should_retry_one_execution_from_the_start_or_from_the_middle() {
    in_virtual_time(|world| {
        let steps = vec![
            call(world.callee, "count", "()"),
            call(
                world.callee,
                "fail_times",
                r#"(record { key = "m"; times = 1 : nat64 })"#,
            ),
        ];
        let made = world.create(&CreateTaskRequest {
            retry: Some(retries(0, 1)),
            ..task("middle", steps, now_once())
        });
        let failed = world.execution(made.id);
        assert_eq!(failed.status, Failed);
        let request = RetryExecutionRequest {
            execution_id: failed.id,
            from_start: None,
        };
        let new: ExecutionResult = ask(world, "retry_execution", &request);
        let new = new.into_result().expect("an execution");
        assert_eq!(new.replay_of, Some(failed.id));
        world.pass(1);
        assert_eq!(world.statuses(made.id), [Failed, Completed]);
        let counts = world.received();
        let counts = counts.iter().filter(|one| one.method == "count").count();
        assert_eq!(counts, 1, "the completed step never reruns");
    });
}

#[test]
fn should_stop_starting_when_cycles_run_low_and_recover_by_itself() {
    in_virtual_time(|world| {
        let made = world.create(&noting(every(60)));
        let scheduler = world.scheduler;
        let view = replica(world)
            .canister_view(&scheduler)
            .expect("a canister");
        configure(
            world,
            &ConfigureRequest {
                minimum_cycles: Some((view.cycles + 1_000_000_000_000).into()),
                ..ConfigureRequest::default()
            },
        );
        world.pass(200);
        let stats = world.stats();
        assert!(stats.cycles_low);
        assert_eq!(world.statuses(made.id).first(), Some(&Ready));
        replica(world).add_cycles(&scheduler, 2_000_000_000_000);
        world.pass(301);
        assert!(!world.stats().cycles_low);
        assert_eq!(world.statuses(made.id).first(), Some(&Completed));
    });
}

#[test]
fn should_tell_who_did_what_in_the_timeline() {
    in_virtual_time(|world| {
        let made = world.create(&noting(now_once()));
        world.kill(made.id);
        let request = EventsSinceRequest {
            task_id: Some(made.id),
            ..EventsSinceRequest::default()
        };
        let answer: EventsSinceResult = world
            .query(Sender::Owner, "events_since", &request)
            .expect("no rejection");
        let page = answer.into_result().expect("events");
        let kinds: Vec<EventKind> = page.events.iter().map(|event| event.kind).collect();
        assert_eq!(
            kinds,
            [
                EventKind::TaskCreated,
                EventKind::ScheduleEnded,
                EventKind::ExecutionStarted,
                EventKind::ExecutionCompleted,
                EventKind::TaskPaused
            ]
        );
        let owner = world.network.principal(Sender::Owner);
        assert_eq!(page.events[0].actor, Some(owner));
        assert_eq!(page.events[3].actor, None::<Principal>);
    });
}
