//! An answer that arrives and tells of a failure: a failed attempt, not a completed one.

use chime_tests::{Callee, World, call, in_virtual_time, now_once, task};
use chime_types::ExecutionStatus::{Completed, Failed};
use chime_types::{
    Action, AlertCondition, AlertPage, AlertResult, Cause, Channel, CreateAlertRequest,
    CreateTaskRequest, DeadLettersRequest, GetTaskExecutionsResult, ListAlertsResult, NewStep,
    TaskRequest, TaskResult,
};

use crate::support::{FIRST_PAGE, ask, show};

/// More ICP than the scheduler has.
fn transfer(ledger: Callee) -> NewStep {
    let arguments = "(record { to = record { owner = principal \"aaaaa-aa\" }; \
                     amount = 1_000_000_000 : nat })";
    call(ledger, "icrc1_transfer", arguments)
}

fn with_cases(mut step: NewStep, cases: &[&str]) -> NewStep {
    if let Action::Call { error_cases, .. } = &mut step.action {
        *error_cases = Some(cases.iter().map(ToString::to_string).collect());
    }
    step
}

fn alerts(world: &mut World) -> AlertPage {
    let answer: ListAlertsResult = show(world, "list_alerts", &FIRST_PAGE);
    answer.into_result().expect("listed")
}

#[test]
fn should_fail_when_a_ledger_refuses_a_transfer() {
    in_virtual_time(|world| {
        let ledger = Callee(world.deploy("icp-ledger"));
        let alert = CreateAlertRequest {
            name: "unpaid".to_string(),
            task_id: None,
            condition: AlertCondition::Failure {},
            channel: Channel::Inbox {},
            cooldown_seconds: None,
        };
        let made: AlertResult = ask(world, "create_alert", &alert);
        made.into_result().expect("made");
        let made = world.create(&CreateTaskRequest {
            pause_after_failures: Some(1),
            ..task("pay", vec![transfer(ledger)], now_once())
        });
        let execution = world.execution(made.id);
        assert_eq!(
            (execution.status, execution.cause),
            (Failed, Some(Cause::ErrorAnswer)),
            "{execution:?}"
        );
        assert_eq!(execution.attempts.len(), 1, "it is not retried");
        assert_eq!(
            execution.attempts[0].error.as_deref(),
            Some(
                "the callee answered with Err: (variant { Err = variant { InsufficientFunds = \
                 record { balance = 0 : nat } } })"
            )
        );
        assert_eq!(alerts(world).alerts[0].fired, 1);
        let request = TaskRequest { task_id: made.id };
        let paused: TaskResult = show(world, "get_task", &request);
        assert!(paused.into_result().expect("shown").disabled);
        let dead: GetTaskExecutionsResult =
            show(world, "list_dead_letters", &DeadLettersRequest::default());
        let dead = dead.into_result().expect("listed").executions;
        assert_eq!(dead.len(), 1);
    });
}

#[test]
fn should_judge_an_answer_by_the_cases_of_the_step() {
    in_virtual_time(|world| {
        let ledger = Callee(world.deploy("icp-ledger"));
        for (cases, expected) in [
            (&[][..], Completed),
            (&["Refused"], Completed),
            (&["Refused", "Err"], Failed),
        ] {
            let step = with_cases(transfer(ledger), cases);
            let made = world.create(&task("pay", vec![step], now_once()));
            assert_eq!(world.execution(made.id).status, expected, "{cases:?}");
        }
    });
}

#[test]
fn should_fail_when_the_scheduler_itself_refuses() {
    in_virtual_time(|world| {
        let own = Callee(world.scheduler);
        let step = call(own, "pause_task", "(record { task_id = 99 : nat64 })");
        let made = world.create(&task("pause", vec![step], now_once()));
        let execution = world.execution(made.id);
        assert_eq!(execution.cause, Some(Cause::ErrorAnswer), "{execution:?}");
        let error = execution.error.unwrap_or_default();
        assert!(error.contains("kind = variant { not_found }"), "{error}");
    });
}
