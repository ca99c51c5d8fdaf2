//! From the plans of a story to the requests of the interface.

use chime_types::{
    Action, CallArguments, Callback, Channel, CreateTaskRequest, HttpAction, NewSchedule, NewStep,
    RetentionRule, RetryPolicy, Rule,
};

use crate::story::{ChannelPlan, RulePlan, SchedulePlan, StepKind, StepPlan, TaskPlan};
use crate::world::{SECOND, World};

/// What a `Fault::Poison` hits, once the scheduler has filled it in: it stands in no plan.
pub const POISON: &str = "poisonous run";

/// Older than any history of a story: the cleanup looks at everything and removes nothing.
const CLEANUP_AGE_SECONDS: u64 = 9 * 365 * 86_400;

pub fn create(world: &World, name: &str, plan: &TaskPlan) -> CreateTaskRequest {
    CreateTaskRequest {
        name: name.to_string(),
        steps: steps(world, &plan.steps),
        schedules: schedules(world, &plan.schedules),
        retry: Some(retry(plan.retries, plan.retry_delay_seconds)),
        on_unknown: Some(plan.on_unknown),
        timeout_seconds: Some(plan.timeout_seconds),
        execution_timeout_seconds: plan.execution_timeout_seconds,
        maximum_concurrent: plan.maximum_concurrent,
        priority: Some(plan.priority),
        pause_after_failures: plan.pause_after_failures,
        callback: plan.callback.then(|| Callback {
            canister: world.callee,
            method: "on_finished".to_string(),
            error_cases: None,
        }),
        ..CreateTaskRequest::default()
    }
}

/// Pauses that double, without jitter.
pub const fn retry(count: u32, delay_seconds: u64) -> RetryPolicy {
    RetryPolicy {
        max_retries: count,
        initial_delay_seconds: delay_seconds,
        factor_percent: 200,
        maximum_delay_seconds: 100_000,
        jitter_percent: None,
        maximum_age_seconds: None,
        terminal_errors: None,
    }
}

pub fn steps(world: &World, plans: &[StepPlan]) -> Vec<NewStep> {
    let step = |plan: &StepPlan| {
        let mut step = NewStep::new(action(world, plan.what));
        step.run_next_after_seconds = (plan.pause_seconds > 0).then_some(plan.pause_seconds);
        step.continue_on_error = plan.continue_on_error.then_some(true);
        step
    };
    plans.iter().map(step).collect()
}

pub fn schedules(world: &World, plans: &[SchedulePlan]) -> Vec<NewSchedule> {
    plans.iter().map(|plan| schedule(world, plan)).collect()
}

pub fn schedule(world: &World, plan: &SchedulePlan) -> NewSchedule {
    let (rule, timezone) = rule(&plan.rule);
    let begin = world.now() - world.now() % SECOND;
    NewSchedule {
        timezone,
        start_after_seconds: plan.start_after_seconds,
        end_at: plan
            .end_after_seconds
            .map(|seconds| begin + seconds * SECOND),
        missed_runs: Some(plan.missed),
        missed_window_seconds: plan.window_seconds,
        overlap: Some(plan.overlap),
        maximum_runs: plan.maximum_runs,
        jitter_seconds: plan.jitter_seconds,
        ..NewSchedule::new(rule)
    }
}

fn rule(plan: &RulePlan) -> (Rule, Option<String>) {
    let rule = match plan.clone() {
        RulePlan::Once => Rule::Once { run_at: None },
        RulePlan::Every {
            seconds,
            phase_seconds,
        } => Rule::Interval {
            repeat_every_seconds: seconds,
            phase_seconds,
        },
        RulePlan::Daily { hour, minute } => Rule::Daily {
            hour,
            minute: Some(minute),
        },
        RulePlan::Weekly { weekday, hour } => Rule::Weekly {
            weekday,
            hour,
            minute: None,
        },
        RulePlan::Monthly { day, hour } => Rule::Monthly {
            day,
            hour,
            minute: None,
        },
        RulePlan::Cron { expression, zone } => {
            return (Rule::Cron { expression }, Some(zone));
        }
    };
    (rule, None)
}

pub fn channel(world: &World, plan: ChannelPlan) -> Channel {
    match plan {
        ChannelPlan::Inbox => Channel::Inbox {},
        ChannelPlan::Webhook => Channel::Webhook {
            url: "https://hook.test/200".to_string(),
            headers: None,
        },
        ChannelPlan::Canister => Channel::Canister {
            canister: world.callee,
            method: "on_message".to_string(),
            error_cases: None,
        },
    }
}

fn action(world: &World, kind: StepKind) -> Action {
    let call = |method: &str, arguments: &str| called(world.callee, method, arguments, false);
    match kind {
        StepKind::Traced => called(world.callee, "with_context", "()", true),
        StepKind::Doomed => called(world.doomed, "echo", "(\"still here\")", false),
        StepKind::Slow => call("slow", "(record { rounds = 3 : nat32 })"),
        StepKind::Reject => call("reject", "(\"no\")"),
        StepKind::Trap => call("trap", "()"),
        StepKind::Terminal => call("terminal", "(\"never again\")"),
        StepKind::Never => call("never", "()"),
        StepKind::Large => call("large", "(1_900_000 : nat32)"),
        StepKind::FailSome => call(
            "fail_some",
            "(record { key = \"{{task_name}}\"; every = 3 : nat64 })",
        ),
        StepKind::Snooze { seconds } => call(
            "snooze_times",
            &format!(
                "(record {{ key = \"{{{{execution_id}}}}\"; times = 1 : nat64; \
                 seconds = {seconds} : nat64 }})"
            ),
        ),
        StepKind::Reenter => call(
            "reenter",
            &format!("(principal \"{}\", \"get_stats\")", world.scheduler),
        ),
        StepKind::Http { status } => Action::Http {
            request: HttpAction::get(format!("https://web.test/{status}")),
        },
        StepKind::Note => note("{{task_name}} at {{scheduled_at}}"),
        StepKind::Poisoned => note("poisonous {{task_name}}"),
        StepKind::Command => Action::Command {
            command: "true".to_string(),
            queue: None,
        },
        StepKind::Named => named(),
        StepKind::Analytics => Action::Analytics {
            window_seconds: None,
        },
        StepKind::Cleanup => cleanup(),
        StepKind::Backup => Action::Backup {
            keep: Some(1),
            all_owners: None,
        },
        StepKind::Notify { channel: plan } => Action::Notification {
            channel: channel(world, plan),
            subject: "a run".to_string(),
            message: "of {{task_name}}".to_string(),
        },
        StepKind::Codex => Action::Codex {
            name: "none".to_string(),
            code: None,
            input: None,
        },
    }
}

fn named() -> Action {
    Action::Named {
        action_name: "greet".to_string(),
        entity_name: None,
        attributes: "{\"who\":\"you\"}".to_string(),
        as_user: None,
    }
}

fn cleanup() -> Action {
    Action::Cleanup {
        retention: vec![RetentionRule {
            status: None,
            maximum_age_seconds: Some(CLEANUP_AGE_SECONDS),
            keep_latest: None,
        }],
        task_id: None,
        all_owners: None,
    }
}

fn note(text: &str) -> Action {
    Action::Note {
        text: text.to_string(),
    }
}

fn called(canister: candid::Principal, method: &str, arguments: &str, context: bool) -> Action {
    Action::Call {
        canister,
        method: method.to_string(),
        arguments: Some(CallArguments::Text {
            value: arguments.to_string(),
        }),
        cycles: None,
        with_context: context.then_some(true),
        error_cases: None,
    }
}
