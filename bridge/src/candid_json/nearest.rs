//! What somebody may have meant by a name that does not exist.

/// Most names suggested.
const SUGGESTIONS: usize = 3;

/// The names that are nearest to `given`, the nearest first; the first of all, up to the limit, when
/// none is near.
#[must_use]
pub fn nearest<'name>(given: &str, names: &[&'name str]) -> Vec<&'name str> {
    let found = near(given, names);
    if !found.is_empty() {
        return found;
    }
    let ranked = ranked(given, names).into_iter().take(SUGGESTIONS);
    ranked.map(|(_, name)| name).collect()
}

/// The names that may have been meant by `given`, the nearest first.
#[must_use]
pub fn near<'name>(given: &str, names: &[&'name str]) -> Vec<&'name str> {
    let largest = given.chars().count().max(3) / 2;
    let ranked = ranked(given, names).into_iter();
    ranked
        .filter(|(distance, _)| *distance <= largest)
        .take(SUGGESTIONS)
        .map(|(_, name)| name)
        .collect()
}

fn ranked<'name>(given: &str, names: &[&'name str]) -> Vec<(usize, &'name str)> {
    let lower = given.to_lowercase();
    let mut ranked: Vec<_> = names
        .iter()
        .map(|name| (distance(&lower, &name.to_lowercase()), *name))
        .collect();
    ranked.sort_by_key(|(distance, _)| *distance);
    ranked
}

/// How many letters have to be put in, taken out or changed. A name that begins or ends with the
/// other is near whatever its length.
fn distance(left: &str, right: &str) -> usize {
    if left.is_empty() || right.is_empty() {
        return left.len().max(right.len());
    }
    if left.ends_with(right)
        || right.ends_with(left)
        || left.starts_with(right)
        || right.starts_with(left)
    {
        return 1;
    }
    let right: Vec<char> = right.chars().collect();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.chars().enumerate() {
        let mut diagonal = above[0];
        above[0] = row + 1;
        for (column, other) in right.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = above[column + 1];
            above[column + 1] = changed.min(diagonal + 1).min(above[column] + 1);
        }
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_suggest_what_was_meant() {
        let names = ["timeout_seconds", "name", "description", "timezone"];
        for (given, expected) in [
            ("timout_seconds", vec!["timeout_seconds"]),
            ("Timezone", vec!["timezone"]),
            ("timeout", vec!["timeout_seconds"]),
            ("nmae", vec!["name"]),
        ] {
            assert_eq!(nearest(given, &names)[..1], expected, "{given}");
        }
        assert_eq!(nearest("xyzzy", &names).len(), 3);
        assert!(nearest("x", &[]).is_empty());
    }
}
