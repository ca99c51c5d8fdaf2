//! The tasks of a week: every kind of step that leaves a trace, under every policy.

use chime_tests::audit::Draw;
use chime_tests::{World, call, note, retries, task};
use chime_types::{
    Action, CallArguments, CreateTaskRequest, MissedRuns, NewSchedule, NewStep, OnUnknown,
    OverlapPolicy, Priority, Rule,
};

const HOUR: u64 = 3_600;

/// Makes the tasks and returns their numbers.
pub fn create(world: &mut World, tasks: u64, draw: &mut Draw) -> Vec<u64> {
    (0..tasks)
        .map(|index| {
            let request = request(world, index, draw);
            world.try_create(&request).expect("a task").id
        })
        .collect()
}

fn request(world: &World, index: u64, draw: &mut Draw) -> CreateTaskRequest {
    CreateTaskRequest {
        retry: Some(retries(u32::from(draw.small(4)), 60)),
        priority: Some(draw.pick(&[
            Priority::Urgent,
            Priority::High,
            Priority::Medium,
            Priority::Low,
        ])),
        on_unknown: Some(draw.pick(&[OnUnknown::Retry, OnUnknown::Fail, OnUnknown::Complete])),
        timeout_seconds: Some(30 + draw.below(600)),
        maximum_concurrent: draw.pick(&[None, Some(1)]),
        execution_timeout_seconds: draw.pick(&[None, None, Some(6 * HOUR)]),
        ..task(
            &format!("task {index}"),
            steps(world, index),
            schedule(draw),
        )
    }
}

fn schedule(draw: &mut Draw) -> NewSchedule {
    let rule = match draw.below(4) {
        0 => Rule::Daily {
            hour: draw.small(24),
            minute: Some(draw.small(60)),
        },
        1 => Rule::Cron {
            expression: format!("{} */{} * * *", draw.small(60), 8 + draw.small(5)),
        },
        _ => Rule::Interval {
            repeat_every_seconds: 12 * HOUR + draw.below(12 * HOUR),
            phase_seconds: None,
        },
    };
    NewSchedule {
        missed_runs: Some(draw.pick(&[
            MissedRuns::Latest,
            MissedRuns::Skip,
            MissedRuns::All { maximum: 5 },
        ])),
        overlap: Some(draw.pick(&[
            OverlapPolicy::Skip,
            OverlapPolicy::BufferOne,
            OverlapPolicy::CancelOther,
            OverlapPolicy::TerminateOther,
        ])),
        jitter_seconds: draw.pick(&[None, None, Some(300)]),
        ..NewSchedule::new(rule)
    }
}

/// A call that tells the callee which execution, step and attempt it is.
fn traced(world: &World) -> NewStep {
    NewStep::new(Action::Call {
        canister: world.callee.0,
        method: "with_context".to_string(),
        arguments: Some(CallArguments::Text {
            value: "()".to_string(),
        }),
        cycles: None,
        with_context: Some(true),
        error_cases: None,
    })
}

fn steps(world: &World, index: u64) -> Vec<NewStep> {
    let mut pausing = traced(world);
    pausing.run_next_after_seconds = Some(400);
    let failing = call(
        world.callee,
        "fail_some",
        "(record { key = \"{{task_name}}\"; every = 3 : nat64 })",
    );
    match index % 5 {
        0 => vec![traced(world)],
        1 => vec![pausing, note("between"), traced(world)],
        2 => vec![
            traced(world),
            call(world.callee, "slow", "(record { rounds = 3 : nat32 })"),
            traced(world),
        ],
        3 => vec![traced(world), failing, traced(world)],
        _ => vec![
            note("first"),
            NewStep::new(Action::Analytics {
                window_seconds: None,
            }),
            traced(world),
        ],
    }
}
