//! The arguments of a call, from their textual form to bytes. Pure.
//!
//! A tick encodes what owners and callees wrote, so nothing here may trap: text that nests deeper
//! than any interface needs is refused before it is parsed, since parsing and encoding recurse.

use candid::IDLArgs;
use chime_types::{CallArguments, ExecutionContext};

/// Deepest nesting of braces and parentheses.
const MAXIMUM_NESTING: usize = 32;
/// Most of `opt` and `vec` one after the other.
const MAXIMUM_WRAPPERS: usize = 16;

/// The arguments of a call as bytes.
///
/// # Errors
/// Why they cannot be encoded, in words.
pub fn encode_arguments(arguments: Option<&CallArguments>) -> Result<Vec<u8>, String> {
    match arguments {
        None => Ok(b"DIDL\0\0".to_vec()),
        Some(CallArguments::Bytes { value }) => Ok(value.clone()),
        Some(CallArguments::Text { value }) => {
            if is_too_deep(value) {
                return Err(format!(
                    "the arguments nest deeper than {MAXIMUM_NESTING} levels, or have more than \
                     {MAXIMUM_WRAPPERS} of opt and vec one after the other"
                ));
            }
            let parsed = candid_parser::parse_idl_args(value)
                .map_err(|error| format!("the arguments are not Candid text: {error}"))?;
            parsed
                .to_bytes()
                .map_err(|error| format!("the arguments cannot be encoded: {error}"))
        }
    }
}

/// Whether a text nests too deep, outside of its quoted parts.
fn is_too_deep(text: &str) -> bool {
    let (mut depth, mut wrappers) = (0_usize, 0);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '"' => quoted_length(rest),
            'a'..='z' | 'A'..='Z' | '_' => word_length(rest),
            other => other.len_utf8(),
        };
        match first {
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match &rest[..taken] {
            "opt" | "vec" => wrappers += 1,
            space if space.trim().is_empty() => {}
            _ => wrappers = 0,
        }
        if depth > MAXIMUM_NESTING || wrappers > MAXIMUM_WRAPPERS {
            return true;
        }
        rest = &rest[taken..];
    }
    false
}

fn word_length(text: &str) -> usize {
    let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    text.find(|character| !is_word(character))
        .unwrap_or(text.len())
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

/// Encoded arguments with the context as the last of them.
///
/// # Errors
/// If what is there is not Candid, in words.
pub fn with_one_more(encoded: &[u8], context: &ExecutionContext) -> Result<Vec<u8>, String> {
    let failed = |error: candid::Error| format!("the context cannot be appended: {error}");
    let mut arguments = IDLArgs::from_bytes(encoded).map_err(failed)?;
    let context = candid::encode_one(context).expect("BUG: a context can be encoded");
    let context = IDLArgs::from_bytes(&context).expect("BUG: it was encoded");
    arguments.args.extend(context.args);
    arguments.to_bytes().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(text: &str) -> Result<Vec<u8>, String> {
        encode_arguments(Some(&CallArguments::Text {
            value: text.to_string(),
        }))
    }

    #[test]
    fn should_encode_what_is_nested_as_deep_as_allowed() {
        let deep = MAXIMUM_NESTING - 1;
        let nested = "record { x = ".repeat(deep) + "1" + &" }".repeat(deep);
        encode(&format!("({nested})")).unwrap();
        let opts = "opt ".repeat(MAXIMUM_WRAPPERS);
        encode(&format!("({opts} 1, vec {{ opt 1 }})")).unwrap();
    }

    #[test]
    fn should_refuse_what_nests_deeper() {
        let deep = MAXIMUM_NESTING;
        let nested = "record { x = ".repeat(deep) + "1" + &" }".repeat(deep);
        for text in [
            format!("({nested})"),
            format!("({} 1)", "opt ".repeat(MAXIMUM_WRAPPERS + 1)),
            format!("({} 1)", "opt\n".repeat(10_000)),
        ] {
            assert!(encode(&text).unwrap_err().contains("nest deeper"));
        }
    }

    #[test]
    fn should_not_count_what_is_quoted() {
        let text = format!("(\"{} \\\" {}\", 1)", "{(".repeat(50), "opt ".repeat(50));
        encode(&text).unwrap();
        assert!(encode("(\"open").is_err());
    }
}
