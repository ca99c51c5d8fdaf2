//! What the verb at the beginning of a method's name tells about it: all that is known of the
//! methods of canisters other than the scheduler.

use super::catalogue::{ADDS, CHANGES, Confirmation, ENDS, Hints, READS};
use crate::candid_json::Method;

/// Verbs of methods that destroy something: they ask for confirmation.
const DESTROYING: [&str; 12] = [
    "burn",
    "clear",
    "delete",
    "destroy",
    "drop",
    "erase",
    "purge",
    "remove",
    "reset",
    "restore",
    "uninstall",
    "wipe",
];

/// Verbs of methods that only add something.
const ADDING: [&str; 6] = ["add", "append", "create", "insert", "mint", "post"];

/// Verbs of methods that bring about a state, however often they are called.
const SETTING: [&str; 6] = ["configure", "disable", "enable", "put", "set", "update"];

/// The hints of a method. What its verb does not tell is taken for the worst, and nobody knows what
/// an unknown canister calls.
pub(super) fn hints(method: &Method) -> Hints {
    let hints = if method.is_query {
        READS
    } else if begins_with(method, &ADDING) {
        ADDS
    } else if begins_with(method, &SETTING) || begins_with(method, &DESTROYING) {
        CHANGES
    } else {
        ENDS
    };
    Hints {
        open_world: !method.is_query,
        ..hints
    }
}

/// Whether a method asks for confirmation.
pub(super) fn confirmation(method: &Method) -> Confirmation {
    if !method.is_query && begins_with(method, &DESTROYING) {
        Confirmation::Always
    } else {
        Confirmation::Never
    }
}

/// Whether the first word of the method's name, in `snake_case` or `camelCase`, is one of these.
fn begins_with(method: &Method, verbs: &[&str]) -> bool {
    let end = method
        .name
        .char_indices()
        .skip(1)
        .find(|(_, letter)| !letter.is_ascii_lowercase())
        .map_or(method.name.len(), |(at, _)| at);
    let first = method.name[..end].to_ascii_lowercase();
    verbs.contains(&first.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candid_json::Interface;

    #[test]
    fn should_go_by_the_first_word() {
        let interface = Interface::parse(
            "service : {
                get : () -> () query; delete_all : () -> (); deleteUser : () -> ();
                Remove : () -> (); deletion_log : () -> (); add_user : () -> ();
                setName : () -> (); transfer : () -> (); delete_x : () -> () query;
                \"\u{fc}ber\" : () -> ();
            }",
        )
        .unwrap();
        let of = |name: &str| {
            let method = interface.method(name).unwrap();
            let hints = hints(method);
            let confirmed = confirmation(method) == Confirmation::Always;
            (
                hints.read_only,
                hints.destructive,
                hints.idempotent,
                confirmed,
            )
        };
        for (name, expected) in [
            ("get", (true, false, true, false)),
            ("delete_x", (true, false, true, false)),
            ("delete_all", (false, true, true, true)),
            ("deleteUser", (false, true, true, true)),
            ("Remove", (false, true, true, true)),
            ("deletion_log", (false, true, false, false)),
            ("add_user", (false, false, false, false)),
            ("setName", (false, true, true, false)),
            ("transfer", (false, true, false, false)),
            ("\u{fc}ber", (false, true, false, false)),
        ] {
            assert_eq!(of(name), expected, "{name}");
        }
    }
}
