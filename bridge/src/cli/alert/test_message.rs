//! `chime alert test`: sends a test message, and waits for what becomes of it.
//!
//! There is no way to be told, so the alert is looked at again and again, as long as one attempt may
//! take and a little longer.

use std::time::Duration;

use chime_types::{Alert, AlertRequest, Delivery, DeliveryState, limits};
use tokio::time::{Instant, sleep};

use crate::cli::alert::show::tested_alert;
use crate::cli::session::with_scheduler;
use crate::cli::{AlertTestArguments, GlobalArguments};
use crate::error::{Error, Kind, Result};
use crate::scheduler::Scheduler;
use crate::terminal::Writer;

const PAUSE: Duration = Duration::from_millis(500);
/// An attempt waits for a place at first, so it is given more time than it may take.
const PATIENCE: Duration = Duration::from_secs(2 * limits::DELIVERY_PLACE_SECONDS);

/// Runs the command.
pub(in crate::cli) async fn run(
    global: &GlobalArguments,
    arguments: &AlertTestArguments,
    writer: &Writer,
) -> Result<()> {
    let tested = with_scheduler(global, writer, async |session| {
        let scheduler = &session.scheduler;
        let alert = scheduler.find_alert(&arguments.selector).await?;
        let request = AlertRequest { alert_id: alert.id };
        let sent = scheduler.test_alert(&request).await?;
        let delivery = outcome(scheduler, alert.id, sent).await?;
        Ok((alert, delivery))
    });
    let (alert, delivery) = tested.await?;
    let result = judge(&alert, &delivery);
    writer.answer(&tested_alert(alert, delivery))?;
    result
}

/// The delivery once it was attempted, or as it is when patience is at its end.
async fn outcome(scheduler: &Scheduler, alert_id: u64, sent: Delivery) -> Result<Delivery> {
    let id = sent.id;
    let mut latest = sent;
    let end = Instant::now() + PATIENCE;
    while !is_known(&latest) && Instant::now() < end {
        sleep(PAUSE).await;
        let alerts = scheduler.all_alerts().await?;
        let found = alerts.into_iter().find(|alert| alert.id == alert_id);
        match found.and_then(|alert| alert.delivery) {
            Some(delivery) if delivery.id == id => latest = delivery,
            // A message of the alert itself came after it: nobody knows more of the test.
            _ => break,
        }
    }
    Ok(latest)
}

const fn is_known(delivery: &Delivery) -> bool {
    delivery.state.is_final() || matches!(delivery.state, DeliveryState::Retrying)
}

fn judge(alert: &Alert, delivery: &Delivery) -> Result<()> {
    let error = delivery.error.as_deref().unwrap_or("no reason is given");
    match delivery.state {
        DeliveryState::Delivered => Ok(()),
        DeliveryState::Retrying | DeliveryState::GivenUp | DeliveryState::Dropped => {
            Err(Error::new(
                Kind::Unavailable,
                format!("the message of alert {} did not arrive: {error}", alert.id),
                "fix what the error names, or change the channel with `chime alert update --to`",
            ))
        }
        DeliveryState::Waiting | DeliveryState::UnderWay => Err(Error::new(
            Kind::OutcomeUnknown,
            format!(
                "it is not known yet whether the message of alert {} arrived",
                alert.id
            ),
            "look at it again with `chime alert ls`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use chime_types::{AlertCondition, Channel};

    use super::*;

    fn alert() -> Alert {
        Alert {
            id: 3,
            name: "watch".to_string(),
            task_id: None,
            condition: AlertCondition::Failure {},
            channel: Channel::Inbox {},
            cooldown_seconds: 0,
            disabled: false,
            fired_at: None,
            fired: 0,
            suppressed: 0,
            delivery: None,
        }
    }

    #[test]
    fn should_end_with_success_only_if_the_message_arrived() {
        for (state, kind) in [
            (DeliveryState::Delivered, None),
            (DeliveryState::Retrying, Some(Kind::Unavailable)),
            (DeliveryState::GivenUp, Some(Kind::Unavailable)),
            (DeliveryState::Dropped, Some(Kind::Unavailable)),
            (DeliveryState::Waiting, Some(Kind::OutcomeUnknown)),
            (DeliveryState::UnderWay, Some(Kind::OutcomeUnknown)),
        ] {
            let delivery = Delivery {
                id: 1,
                state,
                attempts: 1,
                last_attempt_at: None,
                last_attempt_arrived: None,
                next_attempt_at: None,
                error: None,
                pending: 1,
            };
            let judged = judge(&alert(), &delivery).err().map(|error| error.kind());
            assert_eq!(judged, kind, "{state:?}");
        }
    }
}
