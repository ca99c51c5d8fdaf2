//! The pause before a retry.

use chime_schedule::jitter_nanoseconds;
use chime_types::{RetryPolicy, limits};

/// Seconds to wait after attempt number `attempt` (counted from 1) has failed, or nothing if the
/// policy allows no further attempt.
fn retry_delay_seconds(policy: &RetryPolicy, attempt: u32) -> Option<u64> {
    if attempt > policy.max_retries {
        return None;
    }
    let mut delay = policy.initial_delay_seconds;
    for _ in 1..attempt {
        if delay >= policy.maximum_delay_seconds {
            break;
        }
        delay = delay.saturating_mul(u64::from(policy.factor_percent)) / 100;
    }
    Some(delay.min(policy.maximum_delay_seconds))
}

/// Nanoseconds to wait after attempt number `attempt` of an execution has failed at `now`, or
/// nothing if the policy allows no further attempt: their number or their age is at its limit. The
/// jitter follows from the execution and the attempt.
pub fn retry_pause(
    policy: &RetryPolicy,
    execution: u64,
    attempt: u32,
    first_attempt_at: u64,
    now: u64,
) -> Option<u64> {
    let seconds = retry_delay_seconds(policy, attempt)?;
    let percent = u64::from(policy.jitter_percent.unwrap_or(0));
    let jitter = jitter_nanoseconds(
        execution,
        u64::from(attempt),
        seconds.saturating_mul(percent) / 100,
        None,
    );
    let pause = seconds
        .saturating_mul(limits::NANOSECONDS)
        .saturating_add(jitter);
    let is_too_old = policy.maximum_age_seconds.is_some_and(|maximum| {
        now.saturating_add(pause)
            > first_attempt_at.saturating_add(maximum.saturating_mul(limits::NANOSECONDS))
    });
    (!is_too_old).then_some(pause)
}

/// Whether the policy says that no retry can fix this error.
pub fn is_terminal(policy: &RetryPolicy, error: &str) -> bool {
    policy
        .terminal_errors
        .iter()
        .flatten()
        .any(|text| error.contains(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delays(policy: &RetryPolicy) -> Vec<Option<u64>> {
        (1..=5)
            .map(|attempt| retry_delay_seconds(policy, attempt))
            .collect()
    }

    #[test]
    fn should_wait_5_then_10_then_20_minutes_by_default() {
        assert_eq!(
            delays(&RetryPolicy::default()),
            [Some(300), Some(600), Some(1200), None, None]
        );
    }

    #[test]
    fn should_never_wait_longer_than_the_maximum() {
        let policy = RetryPolicy {
            max_retries: 4,
            initial_delay_seconds: 10,
            factor_percent: 1_000,
            maximum_delay_seconds: 500,
            ..RetryPolicy::default()
        };
        assert_eq!(
            delays(&policy),
            [Some(10), Some(100), Some(500), Some(500), None]
        );
    }

    #[test]
    fn should_keep_an_even_pace_at_a_factor_of_100_percent() {
        let policy = RetryPolicy {
            max_retries: 2,
            initial_delay_seconds: 7,
            factor_percent: 100,
            maximum_delay_seconds: 7,
            ..RetryPolicy::default()
        };
        assert_eq!(delays(&policy), [Some(7), Some(7), None, None, None]);
    }

    #[test]
    fn should_not_overflow_at_the_largest_policy_allowed() {
        let policy = RetryPolicy {
            max_retries: u32::MAX,
            initial_delay_seconds: u64::MAX,
            factor_percent: u32::MAX,
            maximum_delay_seconds: u64::MAX,
            jitter_percent: Some(u32::MAX),
            maximum_age_seconds: Some(u64::MAX),
            terminal_errors: None,
        };
        assert_eq!(retry_delay_seconds(&policy, u32::MAX), Some(u64::MAX));
        assert_eq!(retry_pause(&policy, 1, 1, 0, 0), Some(u64::MAX));
    }

    #[test]
    fn should_lengthen_a_pause_by_its_jitter_and_no_more() {
        let policy = RetryPolicy {
            jitter_percent: Some(50),
            ..RetryPolicy::default()
        };
        let pauses: Vec<u64> = (1..50)
            .map(|execution| {
                retry_pause(&policy, execution, 1, 0, 0).unwrap() / limits::NANOSECONDS
            })
            .collect();
        assert!(pauses.iter().all(|pause| (300..=450).contains(pause)));
        assert!(pauses.iter().any(|pause| *pause > 400), "{pauses:?}");
        assert!(pauses.iter().any(|pause| *pause < 350), "{pauses:?}");
        assert_eq!(
            retry_pause(&policy, 7, 2, 0, 0),
            retry_pause(&policy, 7, 2, 0, 0),
            "the same for the same attempt"
        );
    }

    #[test]
    fn should_end_at_the_maximum_age() {
        let policy = RetryPolicy {
            maximum_age_seconds: Some(900),
            ..RetryPolicy::default()
        };
        let second = limits::NANOSECONDS;
        assert_eq!(retry_pause(&policy, 1, 1, 0, 0), Some(300 * second));
        assert_eq!(
            retry_pause(&policy, 1, 2, 0, 300 * second),
            Some(600 * second)
        );
        assert_eq!(retry_pause(&policy, 1, 2, 0, 301 * second), None);
    }

    #[test]
    fn should_know_the_errors_that_are_not_retried() {
        let policy = RetryPolicy {
            terminal_errors: Some(vec!["no such account".to_string()]),
            ..RetryPolicy::default()
        };
        assert!(is_terminal(&policy, "rejected: no such account 7"));
        assert!(!is_terminal(&policy, "rejected: busy"));
        assert!(!is_terminal(&RetryPolicy::default(), "no such account"));
    }
}
