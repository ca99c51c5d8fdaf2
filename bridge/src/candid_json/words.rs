//! Documentation cut to what a list of tools can afford: whole sentences.

/// What the list of tools says about one field; at least one sentence.
const BRIEF_CHARACTERS: usize = 150;

/// The longest that one sentence may be there.
const LONGEST_BRIEF_CHARACTERS: usize = 600;

/// The longest text about one field or type, however much a stranger writes.
const LONGEST_CHARACTERS: usize = 4_000;

/// The first sentences of the first paragraph: as many as fit, but always one.
pub(super) fn brief(text: &str) -> &str {
    cut(sentences(text), LONGEST_BRIEF_CHARACTERS)
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
