//! What somebody may have meant by a name that does not exist.

/// Most names suggested.
const SUGGESTIONS: usize = 3;

/// Most names that somebody may choose from.
const CHOICES: usize = 12;

/// Fewest letters by which the beginning or the end of a name stands for it.
const FEWEST_LETTERS: usize = 3;

/// The names that may have been meant by `given`, the nearest first: those that differ in a third of
/// its letters at most, or of which it is the beginning or the end.
#[must_use]
pub fn near<'name>(given: &str, names: &[&'name str]) -> Vec<&'name str> {
    let wanted = given.to_lowercase();
    let largest = (wanted.chars().count() + 1) / 3;
    let distance = |name: &str| {
        let name = name.to_lowercase();
        let stands_for = |part: &str, whole: &str| {
            part.chars().count() >= FEWEST_LETTERS
                && (whole.starts_with(part) || whole.ends_with(part))
        };
        match stands_for(&wanted, &name) || stands_for(&name, &wanted) {
            true => 1,
            false => strsim::osa_distance(&wanted, &name),
        }
    };
    let mut ranked: Vec<_> = names.iter().map(|name| (distance(name), *name)).collect();
    ranked.retain(|(distance, _)| *distance <= largest);
    ranked.sort_by_key(|(distance, _)| *distance);
    // The same but for capitals is what was meant.
    if ranked.first().is_some_and(|(distance, _)| *distance == 0) {
        ranked.retain(|(distance, _)| *distance == 0);
    }
    ranked.truncate(SUGGESTIONS);
    ranked.into_iter().map(|(_, name)| name).collect()
}

/// What to do about a name that does not exist: the ones that are alike, else those there are.
#[must_use]
pub fn advice(given: &str, names: &[&str]) -> String {
    if names.is_empty() {
        return "leave it out: there is none".to_string();
    }
    match near(given, names).as_slice() {
        [] => {
            let shown = names[..names.len().min(CHOICES)].join(", ");
            match names.len().checked_sub(CHOICES) {
                None | Some(0) => format!("choose one of {shown}"),
                Some(more) => format!("choose one of {shown} and {more} more"),
            }
        }
        near => format!("did you mean {}?", near.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_suggest_what_was_meant() {
        let names = ["timeout_seconds", "name", "description", "timezone"];
        for (given, expected) in [
            ("timout_seconds", "timeout_seconds"),
            ("Timezone", "timezone"),
            ("timeout", "timeout_seconds"),
            ("nmae", "name"),
        ] {
            assert_eq!(near(given, &names)[..1], [expected], "{given}");
        }
        assert!(near("x", &[]).is_empty());
    }

    #[test]
    fn should_suggest_only_what_is_alike() {
        for (given, names) in [
            ("discord", &["Price", "same", "Report X"][..]),
            ("xyzzy", &["name", "timezone"]),
            ("a", &["bananas", "to"]),
            ("", &["id", "name"]),
        ] {
            assert!(near(given, names).is_empty(), "{given}");
            assert!(advice(given, names).starts_with("choose one of "));
        }
        assert_eq!(advice("nmae", &["name"]), "did you mean name?");
        assert_eq!(advice("x", &[]), "leave it out: there is none");
        let many: Vec<_> = (0..14).map(|index| format!("long name {index}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        assert!(advice("q", &many).ends_with(" and 2 more"));
    }
}
