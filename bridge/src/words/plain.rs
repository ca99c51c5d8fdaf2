//! Texts of others, in which everything that is there can be seen.

use std::borrow::Cow;

/// The text with what cannot be seen, or turns the rest round, as its number: `\u{202E}`.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match is_hidden(letter) {
            true => shown.push_str(&format!("\\u{{{:04X}}}", u32::from(letter))),
            false => shown.push(letter),
        }
    }
    Cow::Owned(shown)
}

/// Whether a reader does not see a character, or sees others elsewhere because of it.
const fn is_hidden(letter: char) -> bool {
    matches!(letter,
        '\0'..='\u{8}' | '\u{B}'..='\u{1F}' | '\u{7F}'..='\u{9F}'
        // Between letters, without width.
        | '\u{AD}' | '\u{34F}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2065}' | '\u{FEFF}'
        // Direction.
        | '\u{61C}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{206F}'
        // Letters without ink, notes between lines, and tags.
        | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_show_what_hides_or_turns_round() {
        for (text, expected) in [
            ("invoice\u{202E}fdp.exe", "invoice\\u{202E}fdp.exe"),
            ("a\u{200B}b\u{FEFF}", "a\\u{200B}b\\u{FEFF}"),
            ("\u{1B}[2J", "\\u{001B}[2J"),
            ("\u{E0041}", "\\u{E0041}"),
        ] {
            assert_eq!(plain(text), expected);
        }
        let seen = "two\nlines,\ta tab, Z\u{fc}rich, \u{5d0}\u{5d1}, \u{1F600}";
        assert!(matches!(plain(seen), Cow::Borrowed(_)));
    }
}
