//! The pause before a retry.

use chime_types::RetryPolicy;

/// Seconds to wait after attempt number `attempt` (counted from 1) has failed, or nothing if the
/// policy allows no further attempt.
pub fn retry_delay_seconds(policy: &RetryPolicy, attempt: u32) -> Option<u64> {
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
        };
        assert_eq!(retry_delay_seconds(&policy, u32::MAX), Some(u64::MAX));
    }
}
