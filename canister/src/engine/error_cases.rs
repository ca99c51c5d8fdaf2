//! Which cases of an answer mean failure, in whatever calls a canister.
//!
//! What is made gets the usual cases where none are named. A record from before there were any has
//! none, and keeps to that: it is shown with an empty list, so that whoever writes it back changes
//! nothing.

use chime_types::{Action, Callback, Channel, limits};

/// A list of cases as it is given, kept and shown.
type Cases = Option<Vec<String>>;

/// What an action that is made or changed calls a failure.
pub fn settle_action(action: &mut Action) {
    of_action(action).into_iter().for_each(settle);
}

/// The same of a channel.
pub fn settle_channel(channel: &mut Channel) {
    of_channel(channel).into_iter().for_each(settle);
}

/// The same of a callback.
pub fn settled_callback(mut callback: Callback) -> Callback {
    settle(&mut callback.error_cases);
    callback
}

/// An action as it is shown.
pub fn show_action(mut action: Action) -> Action {
    of_action(&mut action).into_iter().for_each(show);
    action
}

/// A channel as it is shown.
pub fn show_channel(mut channel: Channel) -> Channel {
    of_channel(&mut channel).into_iter().for_each(show);
    channel
}

/// A callback as it is shown.
pub fn show_callback(mut callback: Callback) -> Callback {
    show(&mut callback.error_cases);
    callback
}

/// The cases of something that is kept.
pub fn kept(cases: &Cases) -> Vec<String> {
    cases.clone().unwrap_or_default()
}

fn settle(cases: &mut Cases) {
    cases.get_or_insert_with(|| limits::DEFAULT_ERROR_CASES.map(str::to_string).to_vec());
}

fn show(cases: &mut Cases) {
    cases.get_or_insert_with(Vec::new);
}

const fn of_action(action: &mut Action) -> Option<&mut Cases> {
    match action {
        Action::Call { error_cases, .. } => Some(error_cases),
        Action::Notification { channel, .. } => of_channel(channel),
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

const fn of_channel(channel: &mut Channel) -> Option<&mut Cases> {
    match channel {
        Channel::Canister { error_cases, .. } => Some(error_cases),
        Channel::Inbox {} | Channel::Webhook { .. } => None,
    }
}
