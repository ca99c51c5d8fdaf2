//! Tasks, drawn.

use chime_tests::audit::Draw;
use chime_types::{MissedRuns, OnUnknown, OverlapPolicy, Priority};

use super::Tempo;
use crate::story::{ChannelPlan, RulePlan, SchedulePlan, StepKind, StepPlan, TaskPlan};

const DAY: u64 = 86_400;

pub fn task(draw: &mut Draw, tempo: Tempo) -> TaskPlan {
    let schedules = 1 + draw.below(5) / 4;
    TaskPlan {
        steps: steps(draw),
        schedules: (0..schedules).map(|_| schedule(draw, tempo)).collect(),
        retries: draw.pick(&[0, 1, 2, 4]),
        retry_delay_seconds: draw.pick(&[1, 5, 40]),
        on_unknown: draw.pick(&[OnUnknown::Retry, OnUnknown::Fail, OnUnknown::Complete]),
        timeout_seconds: draw.pick(&[10, 30, 300, 600]),
        execution_timeout_seconds: draw.pick(&[None, None, None, Some(90)]),
        maximum_concurrent: draw.pick(&[None, None, Some(1), Some(2)]),
        priority: draw.pick(&[
            Priority::Urgent,
            Priority::High,
            Priority::Medium,
            Priority::Low,
        ]),
        pause_after_failures: draw.pick(&[None, None, None, Some(3)]),
        callback: draw.below(5) == 0,
    }
}

/// One thing, every half minute, whatever else runs.
pub fn every_half_minute(what: StepKind) -> TaskPlan {
    TaskPlan {
        steps: vec![StepPlan {
            what,
            pause_seconds: 0,
            continue_on_error: false,
        }],
        schedules: vec![SchedulePlan {
            rule: RulePlan::Every {
                seconds: 30,
                phase_seconds: None,
            },
            start_after_seconds: None,
            end_after_seconds: None,
            missed: MissedRuns::Latest,
            window_seconds: None,
            overlap: OverlapPolicy::AllowAll,
            maximum_runs: None,
            jitter_seconds: None,
        }],
        retries: 0,
        retry_delay_seconds: 1,
        on_unknown: OnUnknown::Fail,
        timeout_seconds: 600,
        execution_timeout_seconds: None,
        maximum_concurrent: None,
        priority: Priority::Urgent,
        pause_after_failures: None,
        callback: false,
    }
}

pub fn steps(draw: &mut Draw) -> Vec<StepPlan> {
    let count = draw.pick(&[1, 1, 1, 2, 3]);
    (0..count).map(|_| step(draw)).collect()
}

fn step(draw: &mut Draw) -> StepPlan {
    StepPlan {
        what: kind(draw),
        pause_seconds: draw.pick(&[0, 0, 0, 15]),
        continue_on_error: draw.below(4) == 0,
    }
}

fn kind(draw: &mut Draw) -> StepKind {
    let channel = draw.pick(&[
        ChannelPlan::Inbox,
        ChannelPlan::Webhook,
        ChannelPlan::Canister,
    ]);
    match draw.below(40) {
        0..=11 => StepKind::Traced,
        12..=16 => StepKind::Note,
        17 => StepKind::Slow,
        18 => StepKind::Reject,
        19 => StepKind::Trap,
        20 => StepKind::Terminal,
        21..=22 => StepKind::FailSome,
        23 => StepKind::Snooze {
            seconds: draw.pick(&[1, 20, 100]),
        },
        24 if draw.below(4) == 0 => StepKind::Never,
        25 => StepKind::Large,
        26 => StepKind::Reenter,
        27 => StepKind::Doomed,
        28..=29 => StepKind::Http {
            status: draw.pick(&[200, 200, 404, 500]),
        },
        30..=33 => StepKind::Command,
        34 => StepKind::Named,
        35 => StepKind::Analytics,
        36 => StepKind::Cleanup,
        37 => StepKind::Backup,
        38 => StepKind::Notify { channel },
        39 if draw.below(3) == 0 => StepKind::Codex,
        _ if draw.below(3) == 0 => StepKind::Poisoned,
        _ => StepKind::Traced,
    }
}

pub fn schedule(draw: &mut Draw, tempo: Tempo) -> SchedulePlan {
    SchedulePlan {
        rule: rule(draw, tempo),
        start_after_seconds: draw.pick(&[None, None, None, Some(45)]),
        end_after_seconds: draw.pick(&[None, None, None, None, Some(1_500)]),
        missed: draw.pick(&[
            MissedRuns::Latest,
            MissedRuns::Skip,
            MissedRuns::All { maximum: 3 },
        ]),
        window_seconds: draw.pick(&[None, None, None, Some(300)]),
        overlap: draw.pick(&[
            OverlapPolicy::Skip,
            OverlapPolicy::BufferOne,
            OverlapPolicy::BufferAll,
            OverlapPolicy::CancelOther,
            OverlapPolicy::TerminateOther,
            OverlapPolicy::AllowAll,
        ]),
        maximum_runs: draw.pick(&[None, None, None, None, Some(4)]),
        jitter_seconds: draw.pick(&[None, None, None, Some(10)]),
    }
}

fn rule(draw: &mut Draw, tempo: Tempo) -> RulePlan {
    match tempo {
        Tempo::Fast => fast_rule(draw),
        Tempo::Slow => slow_rule(draw),
    }
}

fn fast_rule(draw: &mut Draw) -> RulePlan {
    match draw.below(10) {
        0 => RulePlan::Once,
        1 => RulePlan::Cron {
            expression: draw
                .pick(&["* * * * *", "*/30 * * * * *", "1-59/2 * * * *"])
                .to_string(),
            zone: "UTC".to_string(),
        },
        2..=3 => RulePlan::Every {
            seconds: 40 + draw.below(80),
            phase_seconds: Some(draw.below(40)),
        },
        _ => RulePlan::Every {
            seconds: 30 + draw.below(150),
            phase_seconds: None,
        },
    }
}

fn slow_rule(draw: &mut Draw) -> RulePlan {
    match draw.below(10) {
        0 => RulePlan::Once,
        1..=2 => RulePlan::Daily {
            hour: draw.small(24),
            minute: draw.small(60),
        },
        3 => RulePlan::Weekly {
            weekday: draw.small(7),
            hour: draw.small(24),
        },
        4 => RulePlan::Monthly {
            day: 1 + draw.small(31),
            hour: draw.small(24),
        },
        5..=6 => RulePlan::Cron {
            expression: draw
                .pick(&["30 2 * * *", "0 */8 * * *", "0 9 * * MON-FRI"])
                .to_string(),
            zone: draw
                .pick(&["Europe/Zurich", "America/New_York", "Australia/Lord_Howe"])
                .to_string(),
        },
        _ => RulePlan::Every {
            seconds: DAY / 4 + draw.below(3 * DAY),
            phase_seconds: None,
        },
    }
}
