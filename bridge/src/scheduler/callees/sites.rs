//! Where the scheduler's requests name methods of other canisters.

use candid::Principal;
use chime_types::{
    Action, CallArguments, Callback, Channel, CreateAlertRequest, CreateTaskRequest,
    DefineActionRequest, NewStep, UpdateAlertRequest, UpdateTaskRequest,
};

use super::check::{Arguments, Call, Checked, Place, unchecked};
use super::sent::Sent;
use crate::error::Result;
use crate::scheduler::{Canister, Scheduler};

/// A method of another canister, somewhere in a request.
pub struct Site<'a> {
    place: String,
    canister: Principal,
    method: &'a str,
    given: Given<'a>,
}

/// What the method is given.
enum Given<'a> {
    /// What the owner gives.
    Arguments(&'a mut Option<CallArguments>),
    /// What the scheduler gives.
    Sent(Sent),
}

/// A request that may name methods of other canisters.
pub trait NamesCallees {
    /// All of them.
    fn sites(&mut self) -> Vec<Site<'_>>;
}

impl<C: Canister> Scheduler<C> {
    /// Checks every method of other canisters that a request names, and gives the arguments the
    /// callees' types. Answers with what could not be checked.
    ///
    /// # Errors
    /// `InvalidArgument` with the place at fault.
    pub async fn know_callees(&self, request: &mut impl NamesCallees) -> Result<Vec<String>> {
        let mut notes = Vec::new();
        for mut site in request.sites() {
            let given = match &site.given {
                Given::Arguments(arguments) => (*arguments).clone(),
                Given::Sent(_) => None,
            };
            let arguments = match site.given {
                Given::Arguments(_) => Arguments::Given(given.as_ref()),
                Given::Sent(sent) => Arguments::Sent(sent),
            };
            let call = Call {
                canister: site.canister,
                method: site.method,
                arguments: &arguments,
            };
            let place = Place {
                method: &format!("{}.method", site.place),
                arguments: &format!("{}.arguments", site.place),
            };
            match self.check_call(&call, &place).await? {
                Checked::AsGiven => {}
                Checked::As(arguments) => {
                    if let Given::Arguments(slot) = &mut site.given {
                        **slot = Some(arguments);
                    }
                }
                Checked::Unknown => notes.push(unchecked(site.canister, &site.place)),
            }
        }
        Ok(notes)
    }
}

impl NamesCallees for CreateTaskRequest {
    fn sites(&mut self) -> Vec<Site<'_>> {
        let steps = of_steps(&mut self.steps);
        steps
            .into_iter()
            .chain(self.callback.as_ref().map(of_callback))
            .collect()
    }
}

impl NamesCallees for UpdateTaskRequest {
    fn sites(&mut self) -> Vec<Site<'_>> {
        let steps = self.steps.as_mut().map(|steps| of_steps(steps));
        // The network's own canister takes a callback away.
        let callback = self.callback.as_ref();
        let callback = callback.filter(|it| it.canister != Principal::management_canister());
        let steps = steps.unwrap_or_default();
        steps.into_iter().chain(callback.map(of_callback)).collect()
    }
}

impl NamesCallees for DefineActionRequest {
    fn sites(&mut self) -> Vec<Site<'_>> {
        of_action(&mut self.action, "").into_iter().collect()
    }
}

impl NamesCallees for CreateAlertRequest {
    fn sites(&mut self) -> Vec<Site<'_>> {
        of_channel(&self.channel, "channel").into_iter().collect()
    }
}

impl NamesCallees for UpdateAlertRequest {
    fn sites(&mut self) -> Vec<Site<'_>> {
        let channel = self.channel.as_ref();
        channel
            .and_then(|channel| of_channel(channel, "channel"))
            .into_iter()
            .collect()
    }
}

fn of_steps(steps: &mut [NewStep]) -> Vec<Site<'_>> {
    let steps = steps.iter_mut().enumerate();
    steps
        .filter_map(|(index, step)| of_action(&mut step.action, &format!("steps[{index}].")))
        .collect()
}

fn of_callback(callback: &Callback) -> Site<'_> {
    Site {
        place: "callback".to_string(),
        canister: callback.canister,
        method: &callback.method,
        given: Given::Sent(Sent::Finished),
    }
}

fn of_action<'a>(action: &'a mut Action, before: &str) -> Option<Site<'a>> {
    match action {
        Action::Call {
            canister,
            method,
            arguments,
            ..
        } => Some(Site {
            place: format!("{before}call"),
            canister: *canister,
            method,
            given: Given::Arguments(arguments),
        }),
        Action::Notification { channel, .. } => {
            of_channel(channel, &format!("{before}notification.channel"))
        }
        Action::Http { .. }
        | Action::Note { .. }
        | Action::Command { .. }
        | Action::Named { .. }
        | Action::Cleanup { .. }
        | Action::Backup { .. }
        | Action::Analytics { .. }
        | Action::Maintenance { .. }
        | Action::Codex { .. } => None,
    }
}

fn of_channel<'a>(channel: &'a Channel, place: &str) -> Option<Site<'a>> {
    match channel {
        Channel::Canister {
            canister, method, ..
        } => Some(Site {
            place: place.to_string(),
            canister: *canister,
            method,
            given: Given::Sent(Sent::Message),
        }),
        Channel::Inbox {} | Channel::Webhook { .. } => None,
    }
}
