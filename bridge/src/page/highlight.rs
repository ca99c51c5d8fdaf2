//! Python with its parts coloured: words of the language, texts, numbers, remarks. Whatever the code is, all
//! of it is shown, and nothing else.

use maud::{Markup, html};

use super::parts::shown;

/// The words of the language.
const WORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// What a part of the code is, as the class that colours it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Word,
    Quoted,
    Digit,
    Remark,
}

impl Kind {
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Word => "py-word",
            Self::Quoted => "py-quoted",
            Self::Digit => "py-digit",
            Self::Remark => "py-remark",
        }
    }
}

/// The code, a numbered line for each of its own.
pub(super) fn python(code: &str, label: &str) -> Markup {
    let mut lines: Vec<Vec<(Kind, &str)>> = vec![Vec::new()];
    for (kind, text) in parts(code) {
        for (index, piece) in text.split('\n').enumerate() {
            if index > 0 {
                lines.push(Vec::new());
            }
            if let (false, Some(line)) = (piece.is_empty(), lines.last_mut()) {
                line.push((kind, piece));
            }
        }
    }
    if lines.len() > 1 && lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    html! {
        pre .code.numbered tabindex="0" role="region" aria-label=(label) {
            @for line in lines {
                span .line {
                    @for (kind, text) in line {
                        @match kind {
                            Kind::Plain => (shown(text)),
                            kind => span class=(kind.class()) { (shown(text)) },
                        }
                    }
                    "\n"
                }
            }
        }
    }
}

/// The parts of the code; together they are the code.
fn parts(code: &str) -> Vec<(Kind, &str)> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = match first {
            '#' => (Kind::Remark, rest.find('\n').unwrap_or(rest.len())),
            '"' | '\'' => (Kind::Quoted, quoted(rest, first)),
            '0'..='9' => (
                Kind::Digit,
                run(rest, |it| it.is_alphanumeric() || it == '_' || it == '.'),
            ),
            _ if first.is_alphabetic() || first == '_' => word(rest),
            _ => (Kind::Plain, first.len_utf8()),
        };
        let (part, after) = rest.split_at(length);
        found.push((kind, part));
        rest = after;
    }
    found
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !belongs(letter)).unwrap_or(text.len())
}

fn word(text: &str) -> (Kind, usize) {
    let length = run(text, |it| it.is_alphanumeric() || it == '_');
    let is_word = WORDS.contains(&&text[..length]);
    (if is_word { Kind::Word } else { Kind::Plain }, length)
}

/// The length of a text in quotation marks; one that does not end in its line ends with it.
fn quoted(text: &str, mark: char) -> usize {
    let triple: String = std::iter::repeat_n(mark, 3).collect();
    let (end, is_long) = match text.starts_with(&triple) {
        true => (triple.as_str(), true),
        false => (&triple[..1], false),
    };
    let mut at = end.len();
    while let Some(next) = text[at..].chars().next() {
        match next {
            '\\' => at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            '\n' if !is_long => return at,
            _ if text[at..].starts_with(end) => return at + end.len(),
            _ => at += next.len_utf8(),
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_tell_the_parts_apart() {
        let coloured = |code| {
            let parts = parts(code).into_iter();
            let parts = parts.filter(|(kind, _)| *kind != Kind::Plain);
            parts.collect::<Vec<_>>()
        };
        for (code, expected) in [
            (
                "return 0x1f # end",
                vec![
                    (Kind::Word, "return"),
                    (Kind::Digit, "0x1f"),
                    (Kind::Remark, "# end"),
                ],
            ),
            ("returned", vec![]),
            (
                "'a\\'b' if",
                vec![(Kind::Quoted, "'a\\'b'"), (Kind::Word, "if")],
            ),
            (
                "\"\"\"a\n\"b\"\"\"",
                vec![(Kind::Quoted, "\"\"\"a\n\"b\"\"\"")],
            ),
            (
                "'open\nif",
                vec![(Kind::Quoted, "'open"), (Kind::Word, "if")],
            ),
            ("'# no remark'", vec![(Kind::Quoted, "'# no remark'")]),
        ] {
            assert_eq!(coloured(code), expected, "{code}");
        }
    }

    proptest::proptest! {
        #[test]
        fn should_show_all_of_any_code(code in "[a-z0-9 \"'\\\\#\n\u{e9}_.=]{0,200}") {
            let whole: String = parts(&code).into_iter().map(|(_, part)| part).collect();
            proptest::prop_assert_eq!(whole, code);
        }
    }
}
