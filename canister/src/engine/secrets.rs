//! Hides secrets in what comes from outside, in whatever form a server or the network repeats them.
//! Pure.
//!
//! The text is read as it is, and again with its escapes undone, layer by layer: those of JSON, of
//! addresses and forms, and of HTML, in any mixture. What is found is hidden where it came from. A
//! secret is looked for whole and line by line, and its bytes as base64 and as hexadecimal digits. One
//! of fewer than [`SHORTEST_ENCODED`] bytes is hidden as it is and in escapes only: its digits would
//! be found everywhere.
//!
//! The cost is linear in the text and the secrets, whatever they are: a secret is recognised by its
//! first bytes, all of them in one pass, and hidden as far as the text goes on with it.

mod layers;

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, MatchKind};
use chime_types::limits;

use layers::Layer;

/// What stands in the place of a secret.
const MASK: &str = "***";
/// Bytes by which a secret is recognised.
const RECOGNISED_BYTES: usize = 64;
/// Shortest secret whose bytes are looked for as base64 and hexadecimal digits.
const SHORTEST_ENCODED: usize = 4;
/// Shortest line of a secret that is looked for by itself.
const SHORTEST_LINE: usize = 8;
/// Layers of escapes that are undone.
const MAXIMUM_LAYERS: usize = 6;
/// No form of a secret is longer in a text: each byte of it escaped twice.
const LONGEST_FORM: usize = limits::MAXIMUM_SECRET_BYTES * 12;
/// A longer text is cut before it is looked through: of a response little is kept.
const LONGEST_TEXT: usize = limits::MAXIMUM_RESULT_BYTES * 4 + LONGEST_FORM;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Patterns that are looked for together.
#[derive(Debug)]
struct Patterns {
    /// The patterns by their first bytes, in the order of `automaton`.
    groups: Vec<BTreeSet<Vec<u8>>>,
    automaton: AhoCorasick,
}

impl Patterns {
    fn new(patterns: impl Iterator<Item = Vec<u8>>) -> Self {
        let mut groups: BTreeMap<Vec<u8>, BTreeSet<Vec<u8>>> = BTreeMap::new();
        for pattern in patterns.filter(|pattern| !pattern.is_empty()) {
            let first = pattern[..pattern.len().min(RECOGNISED_BYTES)].to_vec();
            groups.entry(first).or_default().insert(pattern);
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(groups.keys())
            .expect("BUG: the first bytes of secrets are short and few");
        Self {
            groups: groups.into_values().collect(),
            automaton,
        }
    }

    /// Adds the places where a pattern stands in a text, as ranges of its bytes.
    fn find(&self, text: &[u8], mut found: impl FnMut(usize, usize)) {
        let mut at = 0;
        while let Some(first) = self.automaton.find(&text[at..]) {
            let start = at + first.start();
            let candidates = &self.groups[first.pattern().as_usize()];
            let longest = candidates
                .iter()
                .map(|pattern| agreement(pattern, &text[start..]))
                .max();
            at = start + longest.expect("BUG: no group is empty");
            found(start, at);
        }
    }
}

/// How many bytes two texts begin with alike.
fn agreement(one: &[u8], other: &[u8]) -> usize {
    one.iter()
        .zip(other)
        .take_while(|(one, other)| one == other)
        .count()
}

/// The secrets of an owner.
#[derive(Debug)]
pub struct Secrets {
    plain: Patterns,
    /// In base64 and hexadecimal digits, to be found where space is left out.
    encoded: Patterns,
}

impl Secrets {
    /// Secrets to be hidden.
    pub fn new(secrets: &[String]) -> Self {
        let parts: BTreeSet<&str> = secrets.iter().flat_map(|secret| parts(secret)).collect();
        let long = parts.iter().filter(|part| part.len() >= SHORTEST_ENCODED);
        Self {
            plain: Patterns::new(parts.iter().flat_map(|part| plain_forms(part))),
            encoded: Patterns::new(long.flat_map(|part| encoded_forms(part.as_bytes()))),
        }
    }

    /// The text with the secrets hidden. A very long one is cut: more than is ever kept is left.
    pub fn hide(&self, text: &str) -> String {
        let end = text.floor_char_boundary(LONGEST_TEXT);
        let mut hidden = Vec::new();
        self.look_through(&text[..end], &mut hidden);
        hidden.sort_unstable();
        // What begins at the very end may be the begin of a secret.
        let shown = match end < text.len() {
            true => text.floor_char_boundary(LONGEST_TEXT - LONGEST_FORM),
            false => text.len(),
        };
        masked(&text[..shown], &hidden)
    }

    fn look_through(&self, text: &str, hidden: &mut Vec<(usize, usize)>) {
        let mut layer = Layer::of(text);
        for _ in 0..=MAXIMUM_LAYERS {
            self.plain.find(&layer.bytes, |start, end| {
                hidden.push(layer.range(start, end));
            });
            let dense = layer.dense();
            self.encoded.find(&dense.bytes, |start, end| {
                hidden.push(dense.range(start, end));
            });
            match layer.unescaped() {
                Some(next) => layer = next,
                None => return,
            }
        }
    }
}

/// The secret, without the space around it, and its lines.
fn parts(secret: &str) -> impl Iterator<Item = &str> {
    let trimmed = Some(secret.trim()).filter(|trimmed| trimmed.len() >= SHORTEST_ENCODED);
    let lines = secret.lines().map(str::trim);
    let lines = lines.filter(|line| line.len() >= SHORTEST_LINE);
    [secret].into_iter().chain(trimmed).chain(lines)
}

/// A secret as it is, as it reads when it is taken for escaped itself, and as a form sends spaces.
fn plain_forms(secret: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![secret.as_bytes().to_vec()];
    let mut layer = Layer::of(secret);
    for _ in 0..MAXIMUM_LAYERS {
        let Some(next) = layer.unescaped() else { break };
        forms.push(next.bytes.clone());
        layer = next;
    }
    if secret.contains(' ') {
        forms.push(secret.replace(' ', "+").into_bytes());
    }
    forms
}

/// What of the bytes is the same wherever they stand in something that is encoded whole.
fn encoded_forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let digits = secret.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let hexadecimal = |alphabet: &[u8; 16]| -> Vec<u8> {
        digits
            .clone()
            .map(|digit| alphabet[digit as usize])
            .collect()
    };
    let mut forms = vec![
        hexadecimal(b"0123456789abcdef"),
        hexadecimal(b"0123456789ABCDEF"),
    ];
    forms.extend((0..3).map(|before| base64(secret, before)));
    forms
}

/// The digits in base64 that are made of these bytes alone, behind so many others.
fn base64(secret: &[u8], before: usize) -> Vec<u8> {
    let first = (before * 8).div_ceil(6);
    let last = (before + secret.len()) * 8 / 6;
    let digit = |at: usize| {
        let (byte, bit) = (at * 6 / 8 - before, at * 6 % 8);
        let next = secret.get(byte + 1).copied().unwrap_or(0);
        let both = u16::from_be_bytes([secret[byte], next]);
        usize::from(both >> (10 - bit) & 63)
    };
    (first..last).map(|at| BASE64[digit(at)]).collect()
}

/// The text without these ranges, which are in order.
fn masked(text: &str, hidden: &[(usize, usize)]) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end) in hidden {
        let start = text.floor_char_boundary(*start);
        if start >= text.len() {
            break;
        }
        if start > at || shown.is_empty() {
            shown.push_str(&text[at.min(start)..start]);
            shown.push_str(MASK);
        }
        at = at.max(text.ceil_char_boundary(*end));
    }
    shown.push_str(&text[at..]);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "pa\"ss\\word/1&2 é";

    fn hide(secret: &str, text: &str) -> String {
        Secrets::new(&[secret.to_string()]).hide(text)
    }

    #[test]
    fn should_hide_a_secret_in_every_form() {
        let json = serde_json::to_string(SECRET).unwrap();
        let json = json.trim_matches('"').to_string();
        let again = |text: &str| {
            let text = serde_json::to_string(text).unwrap();
            text[1..text.len() - 1].to_string()
        };
        for (form, text) in [
            ("raw", SECRET.to_string()),
            ("JSON", json.clone()),
            ("JSON in JSON", again(&json)),
            ("JSON three times", again(&again(&json))),
            ("PHP", r#"pa\"ss\\word\/1&2 \u00e9"#.to_string()),
            ("Go", r#"pa\"ss\\word/1\u00262 é"#.to_string()),
            (
                "capitals",
                r#"pa\u0022ss\u005Cword\u002F1\u00262 \u00E9"#.to_string(),
            ),
            ("address", "pa%22ss%5Cword%2F1%262%20%C3%A9".to_string()),
            ("lower case", "pa%22ss%5cword%2f1%262%20%c3%a9".to_string()),
            (
                "twice",
                "pa%2522ss%255Cword%252F1%25262%2520%25C3%25A9".to_string(),
            ),
            ("form", "pa%22ss%5Cword%2F1%262+%C3%A9".to_string()),
            ("HTML", "pa&quot;ss\\word/1&amp;2 &#233;".to_string()),
            (
                "HTML in JSON",
                r#"pa&quot;ss\\word/1&amp;2 &#xe9;"#.to_string(),
            ),
            ("C", r#"pa\x22ss\x5cword\x2f1\x262\x20\xc3\xa9"#.to_string()),
            (
                "hex",
                "706122737 35c776f72642f312632 20c3a9".replace(' ', ""),
            ),
            (
                "HEX",
                "7061227373 5C776F72642F31263220C3A9".replace(' ', ""),
            ),
            (
                "base64",
                "cGEic3Ncd29yZC8xJjIgw6k="
                    .trim_end_matches("k=")
                    .to_string(),
            ),
        ] {
            let hidden = hide(SECRET, &format!("<{text}>"));
            assert_eq!(hidden, "<***>", "{form}: {text}");
        }
    }

    #[test]
    fn should_hide_a_secret_within_base64_of_more() {
        // user:correct-horse, a:correct-horse and ab:correct-horse
        for text in [
            "dXNlcjpjb3JyZWN0LWhvcnNl",
            "YTpjb3JyZWN0LWhvcnNl",
            "YWI6Y29ycmVjdC1ob3JzZQ==",
            "YWI6Y29ycmVj\r\ndC1ob3JzZQ==",
            "YWI6Y29ycmVj\\ndC1ob3JzZQ==",
        ] {
            let hidden = hide("correct-horse", text);
            assert!(hidden.contains(MASK), "{hidden}");
            assert!(hidden.len() < 14, "{hidden}");
        }
        // With the alphabet of addresses.
        assert!(!hide("????>>>>", "Pz8_Pz4-Pj4").contains("Pz8_Pz4"));
    }

    #[test]
    fn should_hide_a_key_of_several_lines_whole_and_line_by_line() {
        let key = "-----BEGIN KEY-----\nMIGTAgEAMBMGByqGSM49AgEG\nCCqGSM49AwEHBHkwdwIBAQQg\n-----END KEY-----\n";
        let json = serde_json::to_string(key).unwrap();
        assert_eq!(hide(key, &json), "\"***\"");
        assert_eq!(
            hide(key, &key.replace('\n', "\r\n")),
            "***\r\n***\r\n***\r\n***\r\n"
        );
        assert_eq!(
            hide(key, "line 2 is MIGTAgEAMBMGByqGSM49AgEG"),
            "line 2 is ***"
        );
        assert_eq!(hide(key, &key.replace('\n', " ")).replace(MASK, ""), "    ");
    }

    #[test]
    fn should_hide_secrets_that_look_escaped_themselves() {
        for secret in [r"a%41b\u0042c", "100%25 &amp; more", r"C:\new\temp"] {
            assert_eq!(hide(secret, secret), MASK);
            assert_eq!(
                hide(secret, &serde_json::to_string(secret).unwrap()),
                "\"***\""
            );
        }
    }

    #[test]
    fn should_hide_a_short_secret_as_it_is_only() {
        assert_eq!(hide("abc", "abc YWJj 616263"), "*** YWJj 616263");
        assert_eq!(hide("abcd", "abcd YWJjZA 61626364"), "*** ***A ***");
    }

    #[test]
    fn should_leave_alone_what_is_no_secret() {
        let text = "nothing \\u0041 here %41 &amp; \u{1F600} \\";
        assert_eq!(hide("s3cret", text), text);
        assert_eq!(Secrets::new(&[]).hide(text), text);
        assert_eq!(hide("", text), text);
    }

    #[test]
    fn should_hide_the_longer_of_two_that_begin_alike() {
        let secrets = ["key", "key-of-more"].map(str::to_string);
        let hidden = Secrets::new(&secrets).hide("key-of-more, key-of, key");
        assert_eq!(hidden, "***, ***-of, ***");
        let long = "x".repeat(100);
        let secrets = [format!("{long}a"), format!("{long}b")];
        let hidden = Secrets::new(&secrets).hide(&format!("{long}b {long}c"));
        assert_eq!(hidden, "*** ***c");
    }

    #[test]
    fn should_not_show_the_begin_of_a_secret_where_a_long_text_is_cut() {
        let secret = "s".repeat(limits::MAXIMUM_SECRET_BYTES - 1) + "!";
        let before = ".".repeat(LONGEST_TEXT - 1_000);
        let hidden = hide(&secret, &format!("{before}{secret}"));
        assert!(!hidden.contains('s'));
        assert!(hidden.len() > limits::MAXIMUM_RESULT_BYTES);
    }

    #[test]
    fn should_hide_many_that_begin_alike() {
        let secret = |last: usize| format!("{}{last}", "x".repeat(4_000));
        let secrets: Vec<String> = (10..100).map(secret).collect();
        let hidden = Secrets::new(&secrets).hide(&format!("<{}>", secret(57)));
        assert_eq!(hidden, "<***>");
    }
}
