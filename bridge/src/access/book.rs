//! The tokens that were given out, kept in the state directory: their digests, never their texts.
//!
//! The command line writes the book and the server reads it with every request, so that a token that is
//! revoked is worth nothing from then on. When a token was last shown stands in a file of its own, which
//! only the server writes. It knows no network: whom a token stands for is a name here.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use chime_types::Role;
use chime_types::limits::NANOSECONDS;
use serde::{Deserialize, Serialize};

use super::token::{Token, random_hex};
use crate::disk;
use crate::error::{Error, Kind, Result};

/// Most tokens at a time, those of a moment included.
pub const MAXIMUM_TOKENS: usize = 100;

/// Longest life of a token, in seconds: ten years.
pub const MAXIMUM_TOKEN_SECONDS: u64 = chime_types::limits::MAXIMUM_DURATION_SECONDS;

/// A token that opens the page once is good for so long.
pub const ONCE_SECONDS: u64 = 120;

/// How often it is written down that a token was shown.
const USED_EVERY: u64 = 60 * NANOSECONDS;

/// What every token begins with, so that one is known where it should not be.
const PREFIX: &str = "chime_";

const ID_BYTES: usize = 4;

/// What a token may do: never more than the identity that it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Reads.
    Viewer,
    /// Reads and changes what belongs to the identity.
    User,
    /// Everything that the identity may.
    Admin,
}

impl Reach {
    /// Its name, which is that of the role.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => Role::Viewer.name(),
            Self::User => Role::User.name(),
            Self::Admin => Role::Admin.name(),
        }
    }
}

/// A token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// Stands in the text of the token too, and is no secret.
    pub id: String,
    /// SHA-256 of the text, in hexadecimal digits.
    digest: String,
    /// What it may do.
    pub role: Reach,
    /// The identity that it acts as, as it is given to `--identity`; none is that of the server.
    #[serde(default)]
    pub identity: Option<String>,
    /// When it was made, in nanoseconds since 1970.
    pub created_at: u64,
    /// From when on it is worth nothing.
    #[serde(default)]
    pub expires_at: Option<u64>,
    /// It opens the page, and only once.
    #[serde(default)]
    pub once: bool,
}

impl Issued {
    fn is_over(&self, now_at: u64) -> bool {
        self.expires_at.is_some_and(|at| at <= now_at)
    }
}

/// What a token shall be.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What it may do.
    pub role: Reach,
    /// The identity that it acts as.
    pub identity: Option<String>,
    /// For how long, in seconds.
    pub expires_in_seconds: Option<u64>,
    /// Whether it is for once.
    pub once: bool,
}

#[derive(Default, Serialize, Deserialize)]
struct Kept {
    tokens: Vec<Issued>,
}

/// The tokens of a state directory.
#[derive(Clone, Debug)]
pub struct Book {
    directory: PathBuf,
}

impl Book {
    /// The book in this directory, which is made when it is first written to.
    #[must_use]
    pub const fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Makes a token; its text is answered and not kept.
    ///
    /// # Errors
    /// `LimitExceeded` if there are too many, `LocalFile` if the book cannot be written.
    pub fn issue(&self, wanted: &Wanted, now_at: u64) -> Result<(Issued, String)> {
        let id = random_hex(ID_BYTES)?;
        let (_, secret) = Token::generate()?;
        let text = format!("{PREFIX}{id}_{secret}");
        let seconds = wanted.expires_in_seconds;
        let issued = Issued {
            id,
            digest: Token::new(&text)?.hex(),
            role: wanted.role,
            identity: wanted.identity.clone(),
            created_at: now_at,
            expires_at: seconds.map(|it| now_at.saturating_add(it.saturating_mul(NANOSECONDS))),
            once: wanted.once,
        };
        self.change(|kept| {
            kept.tokens.retain(|token| !token.is_over(now_at));
            if kept.tokens.len() >= MAXIMUM_TOKENS {
                return Err(Error::new(
                    Kind::LimitExceeded,
                    format!("there are {MAXIMUM_TOKENS} tokens already"),
                    "revoke those that nobody uses any more: `chime token ls` says when each was used last",
                ));
            }
            kept.tokens.push(issued.clone());
            Ok(())
        })?;
        Ok((issued, text))
    }

    /// The tokens that are good at this time, the oldest first, without those for once.
    ///
    /// # Errors
    /// `LocalFile` if the book cannot be read.
    pub fn all(&self, now_at: u64) -> Result<Vec<Issued>> {
        let mut tokens = self.read()?.tokens;
        tokens.retain(|token| !token.is_over(now_at) && !token.once);
        Ok(tokens)
    }

    /// Takes a token back by its id.
    ///
    /// # Errors
    /// `NotFound` if there is none with it, `LocalFile` if the book cannot be written.
    pub fn revoke(&self, id: &str) -> Result<Issued> {
        self.change(|kept| {
            let index = kept.tokens.iter().position(|token| token.id == id);
            index.map(|index| kept.tokens.remove(index)).ok_or_else(|| {
                Error::new(
                    Kind::NotFound,
                    format!("there is no token with the id {id:?}"),
                    "`chime token ls` shows the ids",
                )
            })
        })
    }

    /// The token that a text is; none if it is none that is good at this time, or one for once.
    ///
    /// # Errors
    /// `LocalFile` if the book cannot be read.
    pub fn of(&self, text: &str, now_at: u64) -> Result<Option<Issued>> {
        let tokens = self.read()?.tokens;
        Ok(matching(&tokens, text, now_at)
            .filter(|token| !token.once)
            .cloned())
    }

    /// The token for once that a text is, which is worth nothing from then on.
    ///
    /// # Errors
    /// `LocalFile` if the book cannot be read or written.
    pub fn redeem(&self, text: &str, now_at: u64) -> Result<Option<Issued>> {
        // Most who knock have none: they shall not make the server write.
        let is_known = |kept: &Kept| {
            let found = matching(&kept.tokens, text, now_at).filter(|token| token.once);
            found.cloned()
        };
        if is_known(&self.read()?).is_none() {
            return Ok(None);
        }
        self.change(|kept| {
            let found = is_known(kept);
            if let Some(token) = &found {
                kept.tokens.retain(|other| other.id != token.id);
            }
            Ok(found)
        })
    }

    /// When each token was last shown, by its id.
    ///
    /// # Errors
    /// `LocalFile` if the file cannot be read.
    pub fn last_uses(&self) -> Result<BTreeMap<String, u64>> {
        read(&self.directory, USES)
    }

    /// Writes down that a token was shown, unless it was just before.
    ///
    /// # Errors
    /// `LocalFile` if the file cannot be written.
    pub fn used(&self, id: &str, now_at: u64) -> Result<()> {
        let mut uses = self.last_uses()?;
        let before = uses.get(id).copied().unwrap_or(0);
        if now_at < before.saturating_add(USED_EVERY) {
            return Ok(());
        }
        let tokens = self.read()?.tokens;
        uses.insert(id.to_string(), now_at);
        uses.retain(|id, _| tokens.iter().any(|token| token.id == *id));
        self.write(USES, &uses)
    }

    fn read(&self) -> Result<Kept> {
        read(&self.directory, TOKENS)
    }

    fn write(&self, name: &str, content: &impl Serialize) -> Result<()> {
        let text = serde_json::to_vec(content).expect("BUG: the book is plain data");
        disk::write_whole(&self.directory.join(name), &text)
            .map_err(|error| failed("write", &self.directory, error))
    }

    /// Changes the book while nobody else does.
    fn change<T>(&self, change: impl FnOnce(&mut Kept) -> Result<T>) -> Result<T> {
        let locked = fs::create_dir_all(&self.directory).and_then(|()| {
            let file = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(self.directory.join("tokens.lock"))?;
            file.lock().map(|()| file)
        });
        let _lock = locked.map_err(|error| failed("lock", &self.directory, error))?;
        let mut kept = self.read()?;
        let answer = change(&mut kept)?;
        self.write(TOKENS, &kept)?;
        Ok(answer)
    }
}

const TOKENS: &str = "tokens.json";
const USES: &str = "tokens.used.json";

fn matching<'a>(tokens: &'a [Issued], text: &str, now_at: u64) -> Option<&'a Issued> {
    let shown = Token::new(text).ok()?;
    let (id, _) = text.strip_prefix(PREFIX)?.split_once('_')?;
    let token = tokens.iter().find(|token| token.id == id)?;
    (shown.is_digest(&token.digest) && !token.is_over(now_at)).then_some(token)
}

fn read<T: Default + for<'a> Deserialize<'a>>(directory: &Path, name: &str) -> Result<T> {
    match fs::read(directory.join(name)) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).map_err(|error| failed("read", directory, error))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(T::default()),
        Err(error) => Err(failed("read", directory, error)),
    }
}

fn failed(
    what: &str,
    directory: &Path,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::new(
        Kind::LocalFile,
        format!("cannot {what} the tokens in {}", directory.display()),
        "check the directory, or name another one with --state DIR",
    )
    .because(error)
}

#[cfg(test)]
mod tests;
