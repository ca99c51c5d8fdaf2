//! Watches the balance of cycles: below the threshold nothing new is started, and the scheduler
//! looks again until there is enough.

use candid::Principal;
use chime_types::{EventKind, limits};

use super::alerts;
use super::budget::Prices;
use super::timeline::Note;
use crate::state::State;
use crate::state::keys::Wake;

/// Time between two looks at a balance that is too low.
pub(super) const LOOK_AGAIN_AFTER: u64 = 300 * limits::NANOSECONDS;
/// Time between two balances that are kept.
const SAMPLE_EVERY: u64 = 3_600 * limits::NANOSECONDS;
/// Balances kept: those of a day.
const SAMPLES: usize = 24;
const DAY: u64 = 86_400 * limits::NANOSECONDS;

/// Takes note of whether cycles apply on this network. Where they do not, the balance is 0 by design and
/// nothing costs anything: no balance says anything about health.
pub fn note_prices(state: &mut State, balance: u128, prices: Prices) {
    let free = balance == 0 && prices.are_nothing();
    if state.balances().free != free {
        let mut balances = state.balances().clone();
        balances.free = free;
        state.set_balances(balances);
    }
}

/// Takes note of the balance. To be called when a message begins that may start something.
pub fn watch(state: &mut State, now: u64, balance: u128) {
    let sampled = sample(state, now, balance);
    let is_low = is_low(state, balance);
    let was_low = state.header().cycles_low;
    if is_low != was_low {
        change(state, now, balance, is_low);
    }
    if sampled || (is_low && !was_low) {
        alerts::on_cycles(state, now, balance);
    }
}

/// Whether the balance has come to lie on the other side of the threshold since it was looked at.
pub fn has_crossed(state: &State, balance: u128) -> bool {
    is_low(state, balance) != state.header().cycles_low
}

fn is_low(state: &State, balance: u128) -> bool {
    !state.balances().free && state.config().minimum_cycles > balance
}

fn change(state: &mut State, now: u64, balance: u128, is_low: bool) {
    state.cancel_wake(state.header().cycles_wake);
    let wake = is_low.then(|| state.wake_at(now + LOOK_AGAIN_AFTER, Wake::Cycles));
    state.set_cycles_low(is_low, wake);
    let kind = if is_low {
        EventKind::CyclesLow
    } else {
        EventKind::CyclesRestored
    };
    let detail = format!("{balance} cycles");
    Note::new(kind, Principal::management_canister())
        .detail(&detail)
        .write(state, now);
}

/// Is called at the time to look again: [`watch`] has looked, so only the next time is set.
pub(super) fn look_again(state: &mut State, now: u64) {
    let low = state.header().cycles_low;
    let wake = low.then(|| state.wake_at(now + LOOK_AGAIN_AFTER, Wake::Cycles));
    state.set_cycles_low(low, wake);
}

/// When the next balance is kept.
pub(super) fn next_sample_at(state: &State, now: u64) -> u64 {
    let last_at = state.balances().samples.last().map_or(now, |last| last.0);
    last_at.saturating_add(SAMPLE_EVERY).max(now + 1)
}

/// Keeps the balance, if it is time. True if so.
fn sample(state: &mut State, now: u64, balance: u128) -> bool {
    let balances = state.balances();
    let last_at = balances.samples.last().map_or(0, |sample| sample.0);
    if now < last_at.saturating_add(SAMPLE_EVERY) {
        return false;
    }
    let mut balances = balances.clone();
    if balances.samples.len() >= SAMPLES {
        balances.samples.remove(0);
    }
    balances.samples.push((now, balance));
    state.set_balances(balances);
    true
}

/// Cycles spent in a day, as far as the balances kept show: rises of the balance are taken as
/// deposits and left out.
pub fn spent_per_day(state: &State, now: u64, balance: u128) -> Option<u128> {
    if state.balances().free {
        return None;
    }
    let samples = &state.balances().samples;
    let first_at = samples.first()?.0;
    let span = now.saturating_sub(first_at);
    if span < SAMPLE_EVERY {
        return None;
    }
    let later = samples.iter().skip(1).map(|sample| sample.1);
    let balances = samples
        .iter()
        .map(|sample| sample.1)
        .zip(later.chain([balance]));
    let spent: u128 = balances
        .map(|(before, after)| before.saturating_sub(after))
        .sum();
    Some(spent.saturating_mul(u128::from(DAY)) / u128::from(span))
}
