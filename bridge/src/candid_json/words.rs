//! Documentation cut to what a list of tools can afford: whole sentences.

/// What the list of tools says about one field; at least one sentence.
const BRIEF_CHARACTERS: usize = 150;

/// The first sentences of the first paragraph: as many as fit, but always one.
pub(super) fn brief(text: &str) -> &str {
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
