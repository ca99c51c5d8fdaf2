//! What the scheduler's own figures say about its health.

use chime_types::limits::NANOSECONDS;
use chime_types::{Config, Stats};

use super::Finding;
use crate::error::Kind;

/// A wake that is overdue by more means that the timer did not go off: the scheduler arms a second one
/// 30 seconds later, and blocks may be slow.
const OVERDUE_SECONDS: u64 = 120;
/// A lag above this is seen by people who wait.
const LATE_SECONDS: u64 = 60;
/// Cycles that last for less have to be topped up soon.
const MINIMUM_DAYS: u128 = 30;
const TRILLION: u128 = 1_000_000_000_000;

/// What the scheduler says of itself.
#[derive(Clone, Debug)]
pub struct Figures {
    /// `get_stats`.
    pub stats: Stats,
    /// `get_config`.
    pub config: Config,
    /// Whose commands wait for a worker.
    pub commands: Commands,
}

/// Commands that wait for a worker, beside those of all owners in the figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Commands {
    /// How many of them are the caller's.
    pub own: u64,
    /// Whether those of others are the caller's business, too.
    pub sees_all: bool,
}

/// Judges them, one finding for each subject.
#[must_use]
pub fn figures(figures: &Figures) -> Vec<Finding> {
    let Figures {
        stats,
        config,
        commands,
    } = figures;
    vec![
        Finding::ok("version", stats.version.clone()),
        timer(stats),
        messages(stats),
        cycles(stats, config),
        budget(stats),
        lag(stats),
        workers(stats, *commands),
        load(stats, config),
        dead_letters(stats),
    ]
}

fn timer(stats: &Stats) -> Finding {
    let Some(next_at) = stats.next_wake_at else {
        return Finding::ok("timer", "nothing is due, so it need not be armed");
    };
    let entries = stats.agenda;
    if stats.timer_armed_at.is_none() {
        return Finding::fail(
            "timer",
            Kind::Internal,
            format!("not armed, although the agenda has {entries} entries"),
            "any change arms it, such as `chime run --note x`; if that does not help, report it",
        );
    }
    let overdue = stats.now_at.saturating_sub(next_at) / NANOSECONDS;
    if overdue > OVERDUE_SECONDS {
        return Finding::fail(
            "timer",
            Kind::Unavailable,
            format!("armed, but the next wake is overdue by {overdue} s"),
            "look at the canister's cycles and logs; on a network of this machine run `chime up`",
        );
    }
    let seconds = next_at.saturating_sub(stats.now_at) / NANOSECONDS;
    let away = match seconds {
        0 => "now".to_string(),
        seconds => format!("in {}", chime_schedule::format_interval(seconds)),
    };
    Finding::ok(
        "timer",
        format!("armed; next wake {away}, {entries} in the agenda"),
    )
}

fn messages(stats: &Stats) -> Finding {
    let Some(failures) = &stats.failed_messages else {
        return Finding::ok("messages", "this scheduler does not report failed messages");
    };
    let suspect = failures.suspect.as_deref().unwrap_or("see its log");
    if failures.failed_in_a_row > 0 {
        return Finding::fail(
            "messages",
            Kind::Internal,
            format!("the last {} failed: {suspect}", failures.failed_in_a_row),
            "it recovers by itself; if it does not, look at the canister's memory, cycles and logs",
        );
    }
    if failures.careful || failures.quarantined > 0 {
        let text = format!(
            "{} failed so far, and {} pieces of work were set aside: {suspect}",
            failures.failed, failures.quarantined
        );
        return Finding::warn(
            "messages",
            text,
            "`chime events` shows what was set aside; `chime task resume` tries it again",
        );
    }
    Finding::ok(
        "messages",
        format!("none failing; {} failed so far", failures.failed),
    )
}

fn cycles(stats: &Stats, config: &Config) -> Finding {
    let number = |value: &candid::Nat| u128::try_from(&value.0).unwrap_or(u128::MAX);
    let (have, least) = (number(&stats.cycles), number(&config.minimum_cycles));
    if stats.budget.is_some_and(|budget| budget.free) {
        return Finding::ok("cycles", "they do not apply on this network");
    }
    let top_up = "top the canister up, for example with `icp canister top-up`";
    if stats.cycles_low {
        let text = format!(
            "{}, fewer than {}: nothing is started",
            trillions(have),
            trillions(least)
        );
        return Finding::fail("cycles", Kind::Unavailable, text, top_up);
    }
    let daily = stats
        .cycles_per_day
        .as_ref()
        .map(number)
        .filter(|daily| *daily > 0);
    let Some(daily) = daily else {
        return Finding::ok("cycles", trillions(have));
    };
    let days = have.saturating_sub(least) / daily;
    let text = format!(
        "{}, {} a day: enough for {days} days",
        trillions(have),
        trillions(daily)
    );
    match days < MINIMUM_DAYS {
        true => Finding::warn("cycles", text, top_up),
        false => Finding::ok("cycles", text),
    }
}

/// What is spent for the caller, of what may be.
fn budget(stats: &Stats) -> Finding {
    let Some(budget) = &stats.budget else {
        return Finding::ok("budget", "this scheduler does not say what it spends");
    };
    if budget.free {
        return Finding::ok("budget", "nothing is counted: cycles do not apply");
    }
    let spent = trillions(budget.today.total().into());
    let text = format!("{spent} spent for you today");
    let Some(at) = budget.begins_anew_at else {
        return Finding::ok("budget", text);
    };
    let seconds = at.saturating_sub(stats.now_at).div_ceil(NANOSECONDS);
    let left = chime_schedule::format_interval(seconds);
    Finding::warn(
        "budget",
        format!("{text}: used up for another {left}, your slots are skipped until then"),
        "`chime user me` shows what it was spent on; an admin may raise the quota (`chime user put`)",
    )
}

/// An amount as people compare them: `2.51 T`.
fn trillions(cycles: u128) -> String {
    format!(
        "{}.{:02} T",
        cycles / TRILLION,
        cycles % TRILLION / (TRILLION / 100)
    )
}

fn lag(stats: &Stats) -> Finding {
    let Some(p95) = stats.lag.p95_nanoseconds else {
        return Finding::ok("lag", "none of your tasks ran today");
    };
    let text = format!(
        "95% of today's executions began within {}.{:01} s",
        p95 / NANOSECONDS,
        p95 % NANOSECONDS / 100_000_000
    );
    match p95 / NANOSECONDS >= LATE_SECONDS {
        true => Finding::warn(
            "lag",
            text,
            "look at what runs at the same time, and at the limits: `chime scheduler show`",
        ),
        false => Finding::ok("lag", text),
    }
}

fn workers(stats: &Stats, Commands { own, sees_all }: Commands) -> Finding {
    let wait = |count: u64, whose: &str| match count {
        1 => format!("1 command{whose} waits for one"),
        count => format!("{count} commands{whose} wait for one"),
    };
    let others = stats.waiting_for_workers.saturating_sub(own);
    let text = match (own, others) {
        (0, 0) => return Finding::ok("workers", "no command waits for one"),
        (0, _) if !sees_all => {
            return Finding::ok("workers", "no command of yours waits for one");
        }
        (0, others) => wait(others, " of other owners"),
        (own, 0) => wait(own, ""),
        (own, others) if sees_all => {
            format!("{}, {others} of other owners", wait(own, " of yours"))
        }
        (own, _) => wait(own, " of yours"),
    };
    Finding::warn(
        "workers",
        text,
        "run `chime worker` where they should be executed",
    )
}

fn load(stats: &Stats, config: &Config) -> Finding {
    let text = format!(
        "{} of {} places taken, {} ready, {} parked",
        stats.running, config.maximum_concurrent, stats.ready, stats.parked
    );
    let waits = stats.ready > 0 || stats.parked > 0;
    match waits && stats.running >= u64::from(config.maximum_concurrent) {
        true => Finding::warn(
            "load",
            text,
            "if that persists, raise maximum_concurrent (`chime scheduler set`), or spread the schedules \
             (jitter)",
        ),
        false => Finding::ok("load", text),
    }
}

fn dead_letters(stats: &Stats) -> Finding {
    match stats.dead_letters {
        0 => Finding::ok("dead letters", "none"),
        count => Finding::warn(
            "dead letters",
            match count {
                1 => "1 execution of yours failed and was not retried".to_string(),
                count => format!("{count} executions of yours failed and were not retried"),
            },
            "`chime execution ls --dead-letters` shows them, `chime execution replay --dead-letters` \
             retries them",
        ),
    }
}

#[cfg(test)]
mod tests;
