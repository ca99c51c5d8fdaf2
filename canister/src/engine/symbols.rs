//! Looks through Candid's textual form before the library parses it. Pure.
//!
//! The parser recurses for each comment, `opt` and brace, reads numbers in time that grows with the
//! square of their digits, and trusts that no field has the highest number: a text that would end it,
//! and the message with it, is refused here. Comments are left out of what it gets to see.

use std::borrow::Cow;

use chime_types::{Cause, limits};

use super::failure::Failure;

/// Deepest nesting of braces and parentheses.
pub const MAXIMUM_NESTING: usize = 32;
/// Most of `opt` and `vec` one after the other.
pub const MAXIMUM_WRAPPERS: usize = 16;

/// The text without its comments.
///
/// # Errors
/// Why it is not given to the parser.
pub fn check(text: &str) -> Result<Cow<'_, str>, Failure> {
    let plain = without_comments(text)?;
    let mut found = Found::default();
    let mut rest: &str = &plain;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '"' => quoted_length(rest),
            '0'..='9' | '.' => run_length(rest, "_."),
            'a'..='z' | 'A'..='Z' | '_' => run_length(rest, "_"),
            other => other.len_utf8(),
        };
        let (symbol, after) = rest.split_at(taken);
        found.take(first, symbol)?;
        rest = after;
    }
    Ok(plain)
}

fn without_comments(text: &str) -> Result<Cow<'_, str>, Failure> {
    let mut plain = String::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = rest[from..].find(['"', '/']).map(|at| from + at) {
        let found = &rest[at..];
        let length = if found.starts_with('"') {
            from = at + quoted_length(found);
            continue;
        } else if found.starts_with("//") {
            found.find('\n').unwrap_or(found.len())
        } else if found.starts_with("/*") {
            comment_length(found)
                .ok_or_else(|| bad("the arguments have a comment without an end".to_string()))?
        } else {
            from = at + 1;
            continue;
        };
        plain.push_str(&rest[..at]);
        plain.push(' ');
        rest = &found[length..];
        from = 0;
    }
    if plain.is_empty() {
        return Ok(Cow::Borrowed(rest));
    }
    plain.push_str(rest);
    Ok(Cow::Owned(plain))
}

/// The length of a comment, which may hold others; none if it has no end.
fn comment_length(text: &str) -> Option<usize> {
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
            return Some(at);
        }
    }
    None
}

/// The length of what begins with letters, digits and these.
fn run_length(text: &str, others: &str) -> usize {
    let is_of_it = |one: char| one.is_ascii_alphanumeric() || others.contains(one);
    text.find(|one| !is_of_it(one)).unwrap_or(text.len())
}

fn quoted_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '"' if !escaped => return at + 1,
            '\\' if !escaped => escaped = true,
            _ => escaped = false,
        }
    }
    text.len()
}

/// What of a text was seen so far.
#[derive(Default)]
struct Found {
    depth: usize,
    wrappers: usize,
    symbols: usize,
    /// Within a type, which began at this depth.
    in_type: Option<usize>,
    /// The symbol before would be numbered with the highest number if it were a field.
    after_highest: bool,
}

impl Found {
    fn take(&mut self, first: char, symbol: &str) -> Result<(), Failure> {
        if first.is_whitespace() {
            return Ok(());
        }
        self.symbols += 1;
        if self.symbols > limits::MAXIMUM_ARGUMENT_SYMBOLS {
            let text = format!(
                "the arguments have more than {} symbols: names, numbers, texts, punctuation",
                limits::MAXIMUM_ARGUMENT_SYMBOLS
            );
            return Err(Failure::new(Cause::TooLarge, text));
        }
        self.nest(symbol)?;
        let is_field = symbol == "=" || (symbol == ":" && self.in_type.is_some());
        if is_field && self.after_highest {
            return Err(bad(
                "the arguments have a field with the number 4294967295: the highest \
                            is 4294967294"
                    .to_string(),
            ));
        }
        if symbol == ":" {
            self.in_type.get_or_insert(self.depth);
        }
        self.after_highest = match first {
            '0'..='9' | '.' => check_number(symbol)? == Some(u32::MAX),
            '"' => candid::idl_hash(&unescaped(symbol)) == u32::MAX,
            _ => candid::idl_hash(symbol) == u32::MAX,
        };
        Ok(())
    }

    fn nest(&mut self, symbol: &str) -> Result<(), Failure> {
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
            return Err(bad(format!(
                "the arguments nest deeper than {MAXIMUM_NESTING} levels, or have more than \
                 {MAXIMUM_WRAPPERS} of opt and vec one after the other"
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

/// The number that it is as the number of a field, if it can be one.
fn check_number(symbol: &str) -> Result<Option<u32>, Failure> {
    if symbol.len() > limits::MAXIMUM_NUMBER_DIGITS {
        let text = format!(
            "the arguments have a number of more than {} digits",
            limits::MAXIMUM_NUMBER_DIGITS
        );
        return Err(Failure::new(Cause::TooLarge, text));
    }
    if symbol.starts_with("0X") {
        let text = "the arguments have a number that begins with 0X: write 0x";
        return Err(bad(text.to_string()));
    }
    let digits = symbol.replace('_', "");
    let number = match digits.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    Ok(number.ok())
}

/// A quoted text as the parser reads it, as far as it is one.
fn unescaped(quoted: &str) -> String {
    let mut bytes = Vec::with_capacity(quoted.len());
    let mut rest = quoted.trim_matches('"');
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let escape = &rest[at + 1..];
        let (character, length) = escape_of(escape);
        bytes.extend(character);
        rest = &escape[length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What the text behind a backslash begins with, and how many bytes of it that takes.
fn escape_of(text: &str) -> (Vec<u8>, usize) {
    let hexadecimal = |digits: &str| u32::from_str_radix(&digits.replace('_', ""), 16).ok();
    if let Some(end) = text.strip_prefix("u{").and_then(|digits| digits.find('}')) {
        let character = hexadecimal(&text[2..2 + end]).and_then(char::from_u32);
        let character = character.map_or_else(String::new, String::from);
        return (character.into_bytes(), end + 3);
    }
    if let Some(byte) = text
        .get(..2)
        .and_then(|two| u8::from_str_radix(two, 16).ok())
    {
        return (vec![byte], 2);
    }
    match text.chars().next() {
        None => (Vec::new(), 0),
        Some('n') => (b"\n".to_vec(), 1),
        Some('r') => (b"\r".to_vec(), 1),
        Some('t') => (b"\t".to_vec(), 1),
        Some(other) => (other.to_string().into_bytes(), other.len_utf8()),
    }
}

fn bad(text: String) -> Failure {
    Failure::new(Cause::BadArguments, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_let_through_what_is_nested_as_deep_as_allowed_and_nothing_deeper() {
        let nested = |deep: usize| {
            let record = "record { x = ".repeat(deep - 1) + "1" + &" }".repeat(deep - 1);
            format!("({record})")
        };
        check(&nested(MAXIMUM_NESTING)).unwrap();
        let opts = "opt ".repeat(MAXIMUM_WRAPPERS);
        check(&format!("({opts} 1, vec {{ opt 1 }})")).unwrap();
        for text in [
            nested(MAXIMUM_NESTING + 1),
            format!("({} 1)", "opt ".repeat(MAXIMUM_WRAPPERS + 1)),
            format!("({} 1)", "opt\n".repeat(10_000)),
        ] {
            assert!(check(&text).unwrap_err().error.contains("nest deeper"));
        }
    }

    #[test]
    fn should_not_count_what_is_quoted() {
        let text = format!("(\"{} \\\" {}\", 1)", "{(".repeat(50), "opt ".repeat(50));
        check(&text).unwrap();
        check("(\"open").unwrap();
    }

    #[test]
    fn should_leave_comments_out() {
        for (text, plain) in [
            ("(1)", "(1)"),
            ("(1 // one\n, 2)", "(1  \n, 2)"),
            ("(/* a /* b */ \" */ 1)", "(  1)"),
            ("(\"// \\\" /*\", 1)// end", "(\"// \\\" /*\", 1) "),
            ("(1 / 2)", "(1 / 2)"),
        ] {
            assert_eq!(check(text).unwrap(), plain);
        }
        assert!(check("(/* /* */ 1)").is_err());
    }

    #[test]
    fn should_count_symbols_and_digits_up_to_the_limits() {
        let symbols = limits::MAXIMUM_ARGUMENT_SYMBOLS;
        check(&"1 ".repeat(symbols)).unwrap();
        let error = check(&"1 ".repeat(symbols + 1)).unwrap_err();
        assert_eq!(error.cause, Cause::TooLarge);
        let digits = limits::MAXIMUM_NUMBER_DIGITS;
        check(&"1".repeat(digits)).unwrap();
        let error = check(&"1".repeat(digits + 1)).unwrap_err();
        assert_eq!(error.cause, Cause::TooLarge);
    }

    #[test]
    fn should_refuse_the_highest_number_as_a_field_only() {
        assert_eq!(candid::idl_hash("wycoeqy"), u32::MAX);
        for text in [
            "(4294967295 : nat32)",
            "(record { 4294967295 : nat32; 7 })",
            "(vec { 4294967295; 4294967294 } : vec nat32)",
            "(record { 4294967294 = 1 })",
            "(\"wycoeqy\")",
            "(1 : nat, record { 4_294_967_295 : nat32 })",
        ] {
            check(text).unwrap();
        }
        for text in [
            "(record { 4294967295 = 1 })",
            "(record { 0xFFFF_FFFF = 1 })",
            "(record { wycoeqy = 1 })",
            "(record { \"\\77yco\\u{65}qy\" = 1 })",
            "(1 : record { nat; 4294967295 : nat })",
            "(1 : record { opt record { nat; 4294967295 : nat } })",
        ] {
            let error = check(text).unwrap_err();
            assert!(
                error.error.contains("4294967295"),
                "{text}: {}",
                error.error
            );
        }
    }

    #[test]
    fn should_read_a_quoted_text_as_the_parser_does() {
        for (quoted, expected) in [
            (r#""plain""#, "plain"),
            (r#""a\"b""#, "a\"b"),
            (r#""\41\u{4_2}\n\\""#, "AB\n\\"),
        ] {
            assert_eq!(unescaped(quoted), expected);
        }
    }
}
