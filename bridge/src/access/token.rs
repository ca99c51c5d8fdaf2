//! The token that lets a client in.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::error::{Error, Kind, Result};

/// Fewest characters of a token: 16 random ones cannot be guessed over a network.
pub const MINIMUM_TOKEN_CHARACTERS: usize = 16;

/// Random bytes of a token that the program makes.
const RANDOM_BYTES: usize = 32;

/// A secret that a client shows with every request. Only its digest is kept.
#[derive(Clone)]
pub struct Token {
    digest: [u8; 32],
}

impl Token {
    /// A token that somebody chose.
    ///
    /// # Errors
    /// `Usage` if it is shorter than [`MINIMUM_TOKEN_CHARACTERS`], or cannot stand in a header.
    pub fn new(text: &str) -> Result<Self> {
        let is_visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.len() < MINIMUM_TOKEN_CHARACTERS || !is_visible {
            return Err(Error::new(
                Kind::Usage,
                format!(
                    "the token must be at least {MINIMUM_TOKEN_CHARACTERS} visible ASCII \
                     characters without spaces"
                ),
                "take a random one, such as the output of `openssl rand -hex 32`, or give none \
                 to have one made",
            )
            .at("token"));
        }
        Ok(Self {
            digest: digest(text),
        })
    }

    /// A new token, and its text, which is not kept.
    ///
    /// # Errors
    /// `Internal` if the system gives no random bytes.
    pub fn generate() -> Result<(Self, String)> {
        let text = random_hex(RANDOM_BYTES)?;
        Ok((Self::new(&text)?, text))
    }

    /// Whether this is the token. It takes as long for every guess: what is compared are digests,
    /// whole.
    #[must_use]
    pub fn is(&self, guess: &str) -> bool {
        self.has(&digest(guess))
    }

    /// Its digest in hexadecimal digits.
    #[must_use]
    pub(super) fn hex(&self) -> String {
        hex::encode(self.digest)
    }

    /// Whether this is its digest, in hexadecimal digits.
    pub(super) fn is_digest(&self, digits: &str) -> bool {
        let mut digest = [0; 32];
        hex::decode_to_slice(digits, &mut digest).is_ok() && self.has(&digest)
    }

    fn has(&self, digest: &[u8; 32]) -> bool {
        let pairs = self.digest.iter().zip(digest);
        let difference = pairs.fold(0, |seen, (own, other)| seen | (own ^ other));
        std::hint::black_box(difference) == 0
    }
}

/// So many random bytes, in hexadecimal digits.
///
/// # Errors
/// `Internal` if the system gives none.
pub fn random_hex(count: usize) -> Result<String> {
    let mut bytes = vec![0; count];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::new(
            Kind::Internal,
            "the system gives no random bytes",
            "try again, or give a token of your own",
        )
        .because(std::io::Error::other(error.to_string()))
    })?;
    Ok(hex::encode(bytes))
}

/// The digest of a text in hexadecimal digits: what is looked up may stand for what must not be kept.
#[must_use]
pub fn digest_hex(text: &str) -> String {
    hex::encode(digest(text))
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_know_itself_and_nothing_else() {
        let token = Token::new("0123456789abcdef").unwrap();
        assert!(token.is("0123456789abcdef"));
        for guess in [
            "",
            "0123456789abcde",
            "0123456789abcdef0",
            "0123456789abcdeF",
        ] {
            assert!(!token.is(guess), "{guess}");
        }
    }

    #[test]
    fn should_refuse_what_can_be_guessed_or_not_sent() {
        for text in [
            "",
            "short",
            "0123456789abcde",
            "0123456789 abcdef",
            "0123456789abcdé",
        ] {
            let error = Token::new(text).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{text}");
            assert_eq!(error.field(), Some("token"), "{text}");
        }
    }

    #[test]
    fn should_make_a_new_one_each_time_and_never_show_it() {
        let (first, text) = Token::generate().unwrap();
        let (second, other) = Token::generate().unwrap();
        assert_ne!(text, other);
        assert!(first.is(&text) && !second.is(&text));
        assert!(!format!("{first:?}").contains(&text));
    }
}
