//! Who may speak with a server of this program: under which names it is reached, from which pages,
//! and with which token; and the [`Book`] of the tokens that were given out.
//!
//! It knows headers, and neither what is served nor by which protocol.

mod book;
mod gate;
mod token;

pub use book::{Book, Issued, MAXIMUM_TOKEN_SECONDS, MAXIMUM_TOKENS, ONCE_SECONDS, Reach, Wanted};
pub use gate::{Access, bearer_of, only};
pub use token::{MINIMUM_TOKEN_CHARACTERS, Token, digest_hex, random_hex};
