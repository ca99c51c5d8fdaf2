//! Spread of durations and lags: a histogram whose classes grow with the value, so that a figure
//! is known to an eighth of itself, from nanoseconds to centuries, in a few bytes.

use std::collections::BTreeMap;

use chime_types::Percentiles;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Classes for each doubling of the value.
const CLASSES: u64 = 8;

/// How often each class of values occurred. Stored as bytes, six for each class, since it is read
/// and written with every execution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram(BTreeMap<u16, u32>);

impl Serialize for Histogram {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let classes = self.0.iter();
        let bytes: Vec<u8> = classes
            .flat_map(|(class, count)| class.to_be_bytes().into_iter().chain(count.to_be_bytes()))
            .collect();
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de> Deserialize<'de> for Histogram {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = serde_bytes::ByteBuf::deserialize(deserializer)?;
        let classes = bytes.chunks_exact(6).map(|entry| {
            let class = u16::from_be_bytes([entry[0], entry[1]]);
            let count = u32::from_be_bytes([entry[2], entry[3], entry[4], entry[5]]);
            (class, count)
        });
        Ok(Self(classes.collect()))
    }
}

impl Histogram {
    /// Counts a value.
    pub fn add(&mut self, nanoseconds: u64) {
        let count = self.0.entry(class(nanoseconds)).or_default();
        *count = count.saturating_add(1);
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        for (class, count) in &other.0 {
            let own = self.0.entry(*class).or_default();
            *own = own.saturating_add(*count);
        }
    }

    fn total(&self) -> u64 {
        self.0.values().map(|count| u64::from(*count)).sum()
    }

    /// The bound that so many of a hundred values are not above.
    fn percentile(&self, percent: u64) -> Option<u64> {
        let wanted = (self.total() * percent).div_ceil(100);
        let mut seen = 0;
        self.0.iter().find_map(|(class, count)| {
            seen += u64::from(*count);
            (seen >= wanted).then(|| upper_bound(*class))
        })
    }

    /// The usual three.
    pub fn percentiles(&self) -> Percentiles {
        Percentiles {
            p50_nanoseconds: self.percentile(50),
            p95_nanoseconds: self.percentile(95),
            p99_nanoseconds: self.percentile(99),
        }
    }
}

/// Values below 8 have a class each; above, each doubling has eight.
fn class(value: u64) -> u16 {
    if value < CLASSES {
        return u16::try_from(value).expect("BUG: less than eight");
    }
    let doubling = u64::from(value.ilog2()) - 3;
    let part = (value >> doubling) - CLASSES;
    u16::try_from(CLASSES * (doubling + 1) + part).expect("BUG: at most 496 classes")
}

/// The largest value of a class.
fn upper_bound(class: u16) -> u64 {
    let class = u64::from(class);
    if class < CLASSES {
        return class;
    }
    let doubling = class / CLASSES - 1;
    let next = u128::from(class % CLASSES + CLASSES + 1) << doubling;
    u64::try_from(next - 1).unwrap_or(u64::MAX)
}

/// Durations and lags of one day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Executions that ended.
    pub finished: u64,
    /// Their durations together.
    pub duration_nanoseconds: u64,
    /// From the first attempt to the end.
    pub durations: Histogram,
    /// From the time an execution was due to its first attempt.
    pub lags: Histogram,
}

impl Figures {
    /// Counts an execution that ended.
    pub fn add_duration(&mut self, nanoseconds: u64) {
        self.finished = self.finished.saturating_add(1);
        self.duration_nanoseconds = self.duration_nanoseconds.saturating_add(nanoseconds);
        self.durations.add(nanoseconds);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn should_know_a_value_to_an_eighth(value: u64) {
            let bound = upper_bound(class(value));
            prop_assert!(bound >= value);
            prop_assert!(bound - value <= value / 8);
        }

        #[test]
        fn should_order_classes_as_values(a: u64, b: u64) {
            let (low, high) = (a.min(b), a.max(b));
            prop_assert!(class(low) <= class(high));
        }

        #[test]
        fn should_find_percentiles_no_lower_than_sorting_does(
            mut values in prop::collection::vec(0..1_000_000_000_u64, 1..200)
        ) {
            let mut histogram = Histogram::default();
            values.iter().for_each(|value| histogram.add(*value));
            values.sort_unstable();
            let exact = values[(values.len() * 95).div_ceil(100) - 1];
            let found = histogram.percentile(95).unwrap();
            prop_assert!(found >= exact && found <= exact + exact / 8);
        }
    }

    #[test]
    fn should_be_the_same_when_stored_and_read() {
        let mut histogram = Histogram::default();
        for value in [0, 7, 8, 1_000, u64::MAX] {
            histogram.add(value);
        }
        let bytes = cbor4ii::serde::to_vec(Vec::new(), &histogram).unwrap();
        assert_eq!(bytes.len(), 5 * 6 + 2);
        let read: Histogram = cbor4ii::serde::from_slice(&bytes).unwrap();
        assert_eq!(read, histogram);
    }

    #[test]
    fn should_have_no_percentiles_of_nothing() {
        assert_eq!(Histogram::default().percentiles(), Percentiles::default());
    }

    #[test]
    fn should_add_up_when_merged() {
        let (mut one, mut other) = (Histogram::default(), Histogram::default());
        one.add(5);
        other.add(7);
        one.merge(&other);
        assert_eq!(one.total(), 2);
        assert_eq!(one.percentiles().p50_nanoseconds, Some(5));
        assert_eq!(one.percentiles().p99_nanoseconds, Some(7));
    }
}
