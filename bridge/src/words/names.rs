//! Names of the interface as words for people.

use serde::Serialize;
use serde_json::Value;

/// The name on the wire of a case of a variant, with spaces: `buffer one`.
#[must_use]
pub fn word(case: &impl Serialize) -> String {
    let name = match serde_json::to_value(case) {
        Ok(Value::String(name)) => name,
        Ok(Value::Object(map)) => map.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    };
    name.replace('_', " ")
}

/// A duration, `none` if there is none.
#[must_use]
pub fn span(seconds: Option<u64>) -> String {
    match seconds {
        None => "none".into(),
        Some(0) => "0s".into(),
        Some(seconds) => chime_schedule::format_interval(seconds),
    }
}

/// A number, `none` if there is none.
#[must_use]
pub fn number<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "none".into(), |value| value.to_string())
}

/// Bytes in the largest unit that they fill: `1.4 MB`.
#[must_use]
pub fn bytes(count: u64) -> String {
    let (unit, name) = match count {
        1_000_000_000.. => (1_000_000_000, "GB"),
        1_000_000.. => (1_000_000, "MB"),
        1_000.. => (1_000, "kB"),
        _ => return format!("{count} B"),
    };
    format!("{}.{} {name}", count / unit, count % unit * 10 / unit)
}

/// Cycles in the unit in which they are spoken of: `2.95 T`.
#[must_use]
pub fn cycles(amount: &candid::Nat) -> String {
    let hundredths = amount.0.clone() / 10_000_000_000_u64;
    let text = format!("{hundredths:0>3}");
    let (whole, rest) = text.split_at(text.len() - 2);
    format!("{whole}.{rest} T")
}

/// Cycles of one owner, which are fewer: `2.95 B`, or `T` above a trillion.
#[must_use]
pub fn small_cycles(amount: u64) -> String {
    const BILLION: u64 = 1_000_000_000;
    if amount >= 1_000 * BILLION {
        return cycles(&amount.into());
    }
    let hundredths = amount % BILLION / (BILLION / 100);
    format!("{}.{hundredths:02} B", amount / BILLION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chime_types::{MissedRuns, OverlapPolicy};

    #[test]
    fn should_speak_of_cycles_in_billions_and_trillions() {
        for (amount, text) in [
            (0, "0.00 B"),
            (9_990_000, "0.00 B"),
            (10_000_000, "0.01 B"),
            (999_999_999_999, "999.99 B"),
            (1_000_000_000_000, "1.00 T"),
        ] {
            assert_eq!(small_cycles(amount), text);
        }
    }

    #[test]
    fn should_name_cases_with_and_without_payload() {
        assert_eq!(word(&OverlapPolicy::BufferOne), "buffer one");
        assert_eq!(word(&MissedRuns::All { maximum: 3 }), "all");
    }

    #[test]
    fn should_write_amounts_in_units() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_450_000), "1.4 MB");
        assert_eq!(cycles(&2_950_000_000_000_u64.into()), "2.95 T");
        assert_eq!(cycles(&7_u64.into()), "0.00 T");
        assert_eq!(span(Some(90)), "1m30s");
        assert_eq!(number(None::<u32>), "none");
    }
}
