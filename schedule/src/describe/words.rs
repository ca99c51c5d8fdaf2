//! The small words: lists, ordinals, plurals, and runs of numbers.

use crate::bits::Bits;

/// `a`, `a and b`, `a, b and c`; with another last word where it is not `and`.
pub(super) fn list(items: &[String], last_word: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [start @ .., last] => format!("{} {last_word} {last}", start.join(", ")),
    }
}

/// `1st`, `2nd`, `3rd`, `4th` ..
pub(super) fn ordinal(number: u32) -> String {
    let suffix = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

/// `every minute` or `every 5 minutes`.
pub(super) fn every(amount: u64, unit: &str) -> String {
    match amount {
        1 => format!("every {unit}"),
        _ => format!("every {amount} {unit}s"),
    }
}

/// A set as items in words: runs of three or more become `first to last`.
pub(super) fn runs(values: &[u32], name: impl Fn(u32) -> String) -> Vec<String> {
    let mut items = Vec::new();
    let mut rest = values;
    while let Some(first) = rest.first() {
        let run = (0..)
            .zip(rest)
            .take_while(|(index, value)| **value == first + index)
            .count();
        if run >= 3 {
            let last = rest[run - 1];
            items.push(format!("{} to {}", name(*first), name(last)));
        } else {
            items.extend(rest[..run].iter().map(|value| name(*value)));
        }
        rest = &rest[run..];
    }
    items
}

/// Numbers at equal distances.
pub(super) struct Progression {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) step: u32,
    /// It goes on evenly into the next round: */15 in an hour does, */7 does not.
    pub(super) endless: bool,
}

impl Progression {
    /// Reads a set as a progression within rounds of `cycle` numbers. Two numbers are one only if
    /// they go on evenly.
    pub(super) fn of(set: Bits, cycle: u32) -> Option<Self> {
        let mut values = set.iter();
        let (first, second) = (values.next()?, values.next()?);
        let step = second - first;
        let even = (0..)
            .zip(set.iter())
            .all(|(index, value)| value == first + index * step);
        let last = first + (set.len() - 1) * step;
        let endless = cycle.is_multiple_of(step) && first < step && last + step >= cycle;
        let found = even && (endless || set.len() > 2);
        found.then_some(Self {
            first,
            last,
            step,
            endless,
        })
    }

    /// Whether it leaves nothing out from its first to its last number.
    pub(super) fn is_run(&self) -> bool {
        self.step == 1
    }
}
