//! Documentation cut to what a list of tools can afford: whole sentences.

use super::convention::Range;

/// What the list of tools says about one field; at least one sentence.
const BRIEF_CHARACTERS: usize = 110;

/// The longest that one sentence may be there.
const LONGEST_BRIEF_CHARACTERS: usize = 600;

/// The longest text about one field or type, however much a stranger writes.
const LONGEST_CHARACTERS: usize = 4_000;

/// The first sentences of the first paragraph: as many as fit, but always one.
pub(super) fn brief(text: &str) -> &str {
    cut(sentences(text), LONGEST_BRIEF_CHARACTERS)
}

/// A text without the range that the schema itself has: `Hour, 0 to 23.` is `Hour.`
pub(super) fn without_range(text: &str, range: Range) -> String {
    let range = format!("{} to {}", grouped(range.minimum), grouped(range.maximum));
    match text.strip_prefix(&range) {
        Some(rest) => rest.trim_start_matches([';', '.', ' ']).to_string(),
        None => text.replacen(&format!(", {range}"), "", 1),
    }
}

/// Whether a text says no more than the name of its field: `Its name.` of `name`.
pub(super) fn says_the_name(text: &str, name: &str) -> bool {
    let text = text.trim_end_matches('.').to_lowercase();
    let words = text.split(' ');
    let words = words.filter(|word| !matches!(*word, "its" | "the" | "a" | "an"));
    words.eq(name.split('_'))
}

/// A number with its digits in groups, as the documentation has it.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let places = digits.char_indices();
    places.fold(String::new(), |mut text, (place, digit)| {
        if place > 0 && place % 3 == first {
            text.push(',');
        }
        text.push(digit);
        text
    })
}

fn sentences(text: &str) -> &str {
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let mut end = 0;
    for (at, _) in paragraph.match_indices(". ") {
        if end > 0 && at >= BRIEF_CHARACTERS {
            return &paragraph[..end];
        }
        end = at + 1;
    }
    if end > 0 && paragraph.len() > BRIEF_CHARACTERS {
        return &paragraph[..end];
    }
    paragraph
}

/// The text, unless it is longer than any that helps.
pub(super) fn whole(text: &str) -> &str {
    cut(text, LONGEST_CHARACTERS)
}

/// At most so many characters.
fn cut(text: &str, most: usize) -> &str {
    let end = text.char_indices().nth(most).map(|(at, _)| at);
    end.map_or(text, |end| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_leave_out_a_range_that_the_schema_has() {
        let range = |minimum, maximum| Range { minimum, maximum };
        for (text, range, expected) in [
            ("Hour, 0 to 23.", range(0, 23), "Hour."),
            (
                "Retries, 0 to 1,000; null is 3.",
                range(0, 1_000),
                "Retries; null is 3.",
            ),
            ("Bytes, 1 to 2,000,000.", range(1, 2_000_000), "Bytes."),
            (
                "1 to 31; a shorter month has its last day.",
                range(1, 31),
                "a shorter month has its last day.",
            ),
            ("As in `weekly`.", range(0, 6), "As in `weekly`."),
        ] {
            assert_eq!(without_range(text, range), expected);
        }
    }

    #[test]
    fn should_know_a_text_that_says_the_name() {
        for (text, name) in [
            ("Its name.", "name"),
            ("The canister.", "canister"),
            ("Hour.", "hour"),
            ("The entity name", "entity_name"),
        ] {
            assert!(says_the_name(text, name), "{text}");
        }
        assert!(!says_the_name("The canister to call.", "canister"));
        assert!(!says_the_name("", "canister"));
    }

    #[test]
    fn should_keep_whole_sentences() {
        let long = "x".repeat(BRIEF_CHARACTERS);
        for (text, expected) in [
            ("", ""),
            ("One. Two.", "One. Two."),
            ("One.\n\nTwo.", "One."),
            (&format!("One. {long}. Two."), "One."),
            (&format!("One. Two. {long}."), "One. Two."),
            (&format!("{long} long. Two."), &format!("{long} long.")),
            (&long, &long),
        ] {
            assert_eq!(brief(text), expected);
        }
    }
}
