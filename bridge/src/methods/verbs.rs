//! What the verb at the beginning of a method's name tells about it: all that is known of the
//! methods of canisters other than the scheduler. Asking once too often costs a question; asking too
//! seldom, what cannot be had back.

use super::catalogue::{ADDS, CHANGES, Confirmation, ENDS, Hints, READS};
use crate::candid_json::Method;

/// Verbs of methods that destroy something: they ask for confirmation.
const DESTROYING: [&str; 15] = [
    "cancel",
    "clear",
    "delete",
    "destroy",
    "drop",
    "erase",
    "install",
    "purge",
    "reinstall",
    "remove",
    "reset",
    "restore",
    "uninstall",
    "upgrade",
    "wipe",
];

/// Verbs of methods that move value or give it away: they ask for confirmation, wherever in the name
/// they stand, as in `icrc1_transfer` and `wallet_send`.
const MOVING_VALUE: [&str; 24] = [
    "approve", "bid", "burn", "buy", "deposit", "disburse", "donate", "exchange", "invest", "lend",
    "mint", "pay", "payout", "purchase", "redeem", "refund", "sell", "send", "spend", "stake",
    "swap", "tip", "transfer", "withdraw",
];

/// Verbs of methods that only add something.
const ADDING: [&str; 5] = ["add", "append", "create", "insert", "post"];

/// Verbs of methods that bring about a state, however often they are called.
const SETTING: [&str; 6] = ["configure", "disable", "enable", "put", "set", "update"];

/// The hints of a method. What its verb does not tell is taken for the worst, and nobody knows what
/// an unknown canister calls.
pub(super) fn hints(method: &Method) -> Hints {
    let hints = if method.is_query {
        READS
    } else if moves_value(method) {
        ENDS
    } else if begins_with(method, &ADDING) {
        ADDS
    } else if begins_with(method, &SETTING) || destroys(method) {
        CHANGES
    } else {
        ENDS
    };
    Hints {
        open_world: !method.is_query,
        ..hints
    }
}

/// Whether a method asks for confirmation: because it destroys something or moves value.
pub(super) fn confirmation(method: &Method) -> Confirmation {
    if !method.is_query && (destroys(method) || moves_value(method)) {
        Confirmation::Always
    } else {
        Confirmation::Never
    }
}

/// Whether the verb of a method, or the one behind a prefix such as that of a standard, destroys.
fn destroys(method: &Method) -> bool {
    let words = words(&method.name);
    let verbs = words.iter().take(2);
    verbs
        .into_iter()
        .any(|word| DESTROYING.contains(&word.as_str()))
}

/// Whether a verb in the name of a method moves value.
fn moves_value(method: &Method) -> bool {
    words(&method.name)
        .iter()
        .any(|word| MOVING_VALUE.contains(&word.as_str()))
}

/// Whether the first word of the method's name is one of these.
fn begins_with(method: &Method, verbs: &[&str]) -> bool {
    let words = words(&method.name);
    words
        .first()
        .is_some_and(|first| verbs.contains(&first.as_str()))
}

/// The words of a name in `snake_case`, `camelCase` or `SCREAMING_CASE`, in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = '_';
    for letter in name.chars() {
        let begins = letter.is_ascii_uppercase() && !before.is_ascii_uppercase();
        if !letter.is_ascii_alphabetic() {
            words.push(String::new());
        } else if begins {
            words.push(letter.to_ascii_lowercase().to_string());
        } else {
            match words.last_mut() {
                Some(word) => word.push(letter.to_ascii_lowercase()),
                None => words.push(letter.to_ascii_lowercase().to_string()),
            }
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
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
                icrc1_transfer : () -> (); icrc2_approve : () -> (); transferFrom : () -> ();
                wallet_send : () -> (); MINT : () -> (); withdraw_all : () -> ();
                icrc7_burn : () -> (); sender_list : () -> (); last_transfer : () -> () query;
                user_delete : () -> (); install_code : () -> (); sendICP : () -> ();
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
            ("transfer", (false, true, false, true)),
            ("icrc1_transfer", (false, true, false, true)),
            ("icrc2_approve", (false, true, false, true)),
            ("transferFrom", (false, true, false, true)),
            ("wallet_send", (false, true, false, true)),
            ("sendICP", (false, true, false, true)),
            ("MINT", (false, true, false, true)),
            ("withdraw_all", (false, true, false, true)),
            ("icrc7_burn", (false, true, false, true)),
            ("sender_list", (false, true, false, false)),
            ("last_transfer", (true, false, true, false)),
            ("user_delete", (false, true, true, true)),
            ("install_code", (false, true, true, true)),
            ("\u{fc}ber", (false, true, false, false)),
        ] {
            assert_eq!(of(name), expected, "{name}");
        }
    }
}
