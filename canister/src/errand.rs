//! Messages that the scheduler sends to itself: what they ask for, as bytes. Who sends them and what
//! follows when one fails is in `runtime::timer` and `driver`.

use crate::state::keys::{ExecutionId, Token};

/// The method of the scheduler that takes errands. Nobody but the scheduler may call it.
pub const METHOD: &str = "go_on";

/// What a message of the scheduler to itself is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Do what is due.
    Work,
    /// Do a slice of the built-in action of an attempt.
    Slice(ExecutionId, Token),
}

impl Errand {
    /// The argument of the message. That of [`Errand::Work`] is empty: the message of the system's
    /// timer, which sends it, makes as few host calls as can be.
    pub fn encode(self) -> Vec<u8> {
        match self {
            Self::Work => Vec::new(),
            Self::Slice(execution, token) => numbers(1, [execution.0, token.0]),
        }
    }

    /// The errand of an argument.
    ///
    /// # Panics
    /// If it is none: only the scheduler sends errands, and no upgrade comes between sending one and
    /// its arrival but one that skips `pre_upgrade`.
    pub fn decode(bytes: &[u8]) -> Self {
        match bytes {
            [] => Self::Work,
            [1, rest @ ..] if rest.len() == 16 => {
                Self::Slice(ExecutionId(number(rest)), Token(number(&rest[8..])))
            }
            _ => panic!("BUG: there is no errand {bytes:?}"),
        }
    }
}

fn numbers<const N: usize>(kind: u8, numbers: [u64; N]) -> Vec<u8> {
    let mut bytes = vec![kind];
    bytes.extend(numbers.into_iter().flat_map(u64::to_be_bytes));
    bytes
}

fn number(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes[..8].try_into().expect("BUG: eight bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_read_what_it_wrote() {
        for errand in [Errand::Work, Errand::Slice(ExecutionId(7), Token(u64::MAX))] {
            assert_eq!(Errand::decode(&errand.encode()), errand);
        }
    }
}
