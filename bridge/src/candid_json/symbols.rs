//! The symbols of Candid's textual form, and which texts the library's parser may see.
//!
//! The parser recurses for each comment, `opt` and brace, reads numbers in time that grows with the
//! square of their digits, and trusts that no field has the highest number: what would end it, and
//! the program with it, is refused before. The scheduler has the same bounds.

use chime_types::limits;

use crate::error::{Error, Kind, Result};

/// Deepest nesting of braces and parentheses.
const MAXIMUM_NESTING: usize = 32;

/// Most of `opt` and `vec` one after the other.
const MAXIMUM_WRAPPERS: usize = 16;

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// White space or a comment.
    Gap,
    /// A text in quotation marks.
    Quoted,
    /// A number, be it a value or a label.
    Number,
    /// A name or a keyword.
    Word,
    /// One character of punctuation.
    Mark,
}

/// The symbols of a text, which together are the text.
pub(super) fn symbols(text: &str) -> impl Iterator<Item = (Sort, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let (sort, length) = match first {
            one if one.is_whitespace() => {
                let is_other = |one: char| !one.is_whitespace();
                (Sort::Gap, rest.find(is_other).unwrap_or(rest.len()))
            }
            '/' if rest.starts_with("//") => (Sort::Gap, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => (Sort::Gap, comment_length(rest)),
            '"' => (Sort::Quoted, quoted_length(rest)),
            '0'..='9' => (Sort::Number, run_length(rest, "_.")),
            one if one.is_alphabetic() || one == '_' => (Sort::Word, run_length(rest, "_")),
            other => (Sort::Mark, other.len_utf8()),
        };
        let (symbol, after) = rest.split_at(length);
        rest = after;
        Some((sort, symbol))
    })
}

/// The length of a comment, which may hold others; all that is left if it has no end.
fn comment_length(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(found) = text[at..].find(['/', '*']) {
        at += found;
        match text.get(at..at + 2) {
            Some("/*") => depth += 1,
            Some("*/") => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

fn quoted_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, one) in text.char_indices().skip(1) {
        match one {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

fn run_length(text: &str, others: &str) -> usize {
    let is_of_it = |one: char| one.is_alphanumeric() || others.contains(one);
    text.find(|one| !is_of_it(one)).unwrap_or(text.len())
}

/// The text without its comments, if the parser may see it.
pub(super) fn checked(text: &str) -> Result<String> {
    let mut plain = String::with_capacity(text.len());
    let mut seen = Seen::default();
    for (sort, symbol) in symbols(text) {
        if sort == Sort::Gap {
            plain.push(' ');
            continue;
        }
        seen.take(sort, symbol)?;
        plain.push_str(symbol);
    }
    Ok(plain)
}

/// What of a text was seen so far.
#[derive(Default)]
struct Seen {
    count: usize,
    depth: usize,
    wrappers: usize,
    /// Within a type, which began at this depth.
    in_type: Option<usize>,
    /// The symbol before would be numbered with the highest number if it were a field.
    after_highest: bool,
}

impl Seen {
    fn take(&mut self, sort: Sort, symbol: &str) -> Result<()> {
        self.count += 1;
        if self.count > limits::MAXIMUM_ARGUMENT_SYMBOLS {
            return Err(refused(format!(
                "more than {} symbols",
                limits::MAXIMUM_ARGUMENT_SYMBOLS
            )));
        }
        self.nest(symbol)?;
        let is_field = symbol == "=" || (symbol == ":" && self.in_type.is_some());
        if is_field && self.after_highest {
            return Err(refused("a field with the number 4294967295".to_string()));
        }
        if symbol == ":" {
            self.in_type.get_or_insert(self.depth);
        }
        self.after_highest = match sort {
            Sort::Number => number(symbol)? == Some(u32::MAX),
            Sort::Word => candid::idl_hash(symbol) == u32::MAX,
            // What is escaped in it can only be told by the parser: nobody names a field so.
            Sort::Quoted => symbol.contains('\\') || is_highest(symbol.trim_matches('"')),
            Sort::Gap | Sort::Mark => false,
        };
        Ok(())
    }

    fn nest(&mut self, symbol: &str) -> Result<()> {
        match symbol {
            "{" | "(" => self.depth += 1,
            "}" | ")" => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        match symbol {
            "opt" | "vec" => self.wrappers += 1,
            _ => self.wrappers = 0,
        }
        if self.depth > MAXIMUM_NESTING || self.wrappers > MAXIMUM_WRAPPERS {
            return Err(refused(format!(
                "more than {MAXIMUM_NESTING} levels, or more than {MAXIMUM_WRAPPERS} of opt and vec \
                 one after the other"
            )));
        }
        let ends =
            |began| self.depth < began || (self.depth == began && matches!(symbol, ";" | ","));
        if self.in_type.is_some_and(ends) {
            self.in_type = None;
        }
        Ok(())
    }
}

fn is_highest(name: &str) -> bool {
    candid::idl_hash(name) == u32::MAX
}

/// The number that it is as a label, if it can be one.
fn number(symbol: &str) -> Result<Option<u32>> {
    if symbol.len() > limits::MAXIMUM_NUMBER_DIGITS {
        return Err(refused(format!(
            "a number of more than {} digits",
            limits::MAXIMUM_NUMBER_DIGITS
        )));
    }
    if symbol.starts_with("0X") {
        return Err(refused(
            "a number that begins with 0X instead of 0x".to_string(),
        ));
    }
    Ok(label(symbol))
}

/// The label that a number is, whatever it is written like.
pub(super) fn label(symbol: &str) -> Option<u32> {
    let digits = symbol.replace('_', "");
    match digits.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => digits.parse().ok(),
    }
}

fn refused(what: String) -> Error {
    Error::new(
        Kind::InvalidArgument,
        format!("Candid's textual form with {what} is not read"),
        "write it in a simpler form",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_take_a_text_apart_without_losing_any_of_it() {
        let text = "(record { to = \"a\\\"b\"; 1_000 = -5 : nat8 /* no /* = */ */ }, // x\n 2.5)";
        let parts: Vec<_> = symbols(text).collect();
        assert_eq!(
            parts.iter().map(|(_, symbol)| *symbol).collect::<String>(),
            text
        );
        assert!(parts.contains(&(Sort::Quoted, "\"a\\\"b\"")));
        assert!(parts.contains(&(Sort::Number, "1_000")));
        assert!(parts.contains(&(Sort::Gap, "/* no /* = */ */")));
    }

    /// Each of these ends the parser that reads it as it is.
    #[test]
    fn should_keep_from_the_parser_what_it_cannot_bear() {
        for text in [
            format!("({}1)", "opt ".repeat(50_000)),
            format!("({}1)", "record { a = ".repeat(50_000)),
            format!("({})", "9".repeat(100_000)),
            "(0X1F)".to_string(),
            "(record { 4294967295 = 1; 2 })".to_string(),
            "(record { 0xFFFF_FFFF = 1 })".to_string(),
            "(1 : record { 4_294_967_295 : nat })".to_string(),
            "(".to_string() + &"1;".repeat(100_001),
        ] {
            assert!(checked(&text).is_err(), "{}", &text[..text.len().min(40)]);
        }
        let many = format!("({}1)", "/* x */".repeat(9_000));
        assert!(candid_parser::parse_idl_args(&checked(&many).unwrap()).is_ok());
        assert!(checked("(4294967295 : nat32)").is_ok());
    }
}
