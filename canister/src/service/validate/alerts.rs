//! Alerts.

use chime_types::{Alert, AlertCondition, Channel, Error, limits};

use super::{channel, name, range};
use crate::engine::template::{self, Scope};
use crate::service::Caller;

/// An alert as it is to be.
pub fn alert(alert: &Alert, caller: &Caller) -> Result<(), Error> {
    name(&alert.name)?;
    condition(&alert.condition, caller).map_err(|error| error.within("condition"))?;
    needs_a_task(alert)?;
    let scope = Scope {
        step: 0,
        definition: false,
        secrets: true,
    };
    channel(&alert.channel, scope, caller)
        .and_then(|()| only_secrets(&alert.channel))
        .map_err(|error| error.within("channel"))?;
    let maximum = limits::MAXIMUM_COOLDOWN_SECONDS;
    range("cooldown_seconds", alert.cooldown_seconds, 0, maximum)
}

fn condition(condition: &AlertCondition, caller: &Caller) -> Result<(), Error> {
    match condition {
        AlertCondition::FailuresInARow { count } => range(
            "failures_in_a_row.count",
            (*count).into(),
            limits::MINIMUM_FAILURES_IN_A_ROW.into(),
            limits::MAXIMUM_FAILURES_IN_A_ROW.into(),
        ),
        AlertCondition::Late { seconds } => {
            range("late.seconds", *seconds, 1, limits::MAXIMUM_LATE_SECONDS)
        }
        AlertCondition::CyclesLow { .. } if !caller.is_admin() => Err(Error::invalid(
            "cycles_low",
            "only an admin may watch the cycles of the scheduler",
            "choose another condition, or ask an admin to make this alert",
        )),
        AlertCondition::CyclesLow { below } if u128::try_from(below.0.clone()).is_err() => Err(
            Error::invalid("cycles_low.below", "less than 2^128", "choose fewer cycles"),
        ),
        AlertCondition::CyclesLow { .. }
        | AlertCondition::Failure {}
        | AlertCondition::Missed {}
        | AlertCondition::Silent {} => Ok(()),
    }
}

fn needs_a_task(alert: &Alert) -> Result<(), Error> {
    match (&alert.condition, alert.task_id) {
        (AlertCondition::Silent {}, None) => Err(Error::invalid(
            "task_id",
            "an alert on silence watches one task",
            "name the task: each one needs an alert of its own",
        )),
        (AlertCondition::CyclesLow { .. }, Some(_)) => Err(Error::invalid(
            "task_id",
            "an alert on cycles watches the scheduler, not a task",
            "leave it out",
        )),
        _ => Ok(()),
    }
}

/// An alert knows no execution whose values could be filled in, only secrets.
fn only_secrets(channel: &Channel) -> Result<(), Error> {
    let Channel::Webhook { url, headers } = channel else {
        return Ok(());
    };
    only_secrets_in("webhook.url", url)?;
    for (index, header) in headers.iter().flatten().enumerate() {
        only_secrets_in(&format!("webhook.headers[{index}].value"), &header.value)?;
    }
    Ok(())
}

fn only_secrets_in(field: &str, text: &str) -> Result<(), Error> {
    template::check_only_secrets(text).map_err(|rule| {
        Error::invalid(
            field,
            rule,
            "only {{secrets.NAME}} is filled in; for the braces themselves write {{{{",
        )
    })
}
