//! Whether callers of the old code can call the new one.

use candid_parser::utils::{CandidSource, service_compatibility_report};

/// What callers of `old` cannot do with `new`, in words; nothing if it can take its place.
#[must_use]
pub fn incompatibilities(new: Option<&str>, old: Option<&str>) -> Vec<String> {
    let (new, old) = match (new, old) {
        (Some(new), Some(old)) => (new, old),
        (None, _) => return vec!["the new module does not publish its interface".to_string()],
        (_, None) => {
            return vec!["the installed module does not publish its interface".to_string()];
        }
    };
    match service_compatibility_report(CandidSource::Text(new), CandidSource::Text(old)) {
        Ok(found) => found.iter().map(ToString::to_string).collect(),
        Err(error) => vec![format!("the interfaces cannot be compared: {error}")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::SCHEDULER_INTERFACE;

    const OLD: &str = "service : () -> { a : (nat) -> (text); b : () -> () query }";

    #[test]
    fn should_let_an_interface_grow_but_not_shrink() {
        let more =
            "service : () -> { a : (nat, opt text) -> (text); b : () -> () query; c : () -> () }";
        assert!(incompatibilities(Some(more), Some(OLD)).is_empty());
        for (new, named) in [
            ("service : () -> { b : () -> () query }", "a"),
            (
                "service : () -> { a : (text) -> (text); b : () -> () query }",
                "a",
            ),
            ("service : () -> { a : (nat) -> (text); b : () -> () }", "b"),
        ] {
            let found = incompatibilities(Some(new), Some(OLD));
            assert!(found.concat().contains(named), "{new}: {found:?}");
        }
    }

    #[test]
    fn should_not_trust_what_is_not_there() {
        assert_eq!(incompatibilities(None, Some(OLD)).len(), 1);
        assert_eq!(incompatibilities(Some(OLD), None).len(), 1);
        assert_eq!(incompatibilities(Some("nonsense"), Some(OLD)).len(), 1);
    }

    #[test]
    fn should_find_our_own_interface_compatible_with_itself() {
        let own = Some(SCHEDULER_INTERFACE);
        assert_eq!(incompatibilities(own, own), Vec::<String>::new());
    }
}
