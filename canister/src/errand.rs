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
    /// Do the one piece of work that is suspected, under the number of the try.
    Unit(u64),
    /// A message failed: go on carefully.
    Recover(Failed),
}

/// An errand whose message failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// Anything may be to blame.
    Work,
    /// A slice.
    Slice(ExecutionId, Token),
    /// The piece of work of a try.
    Unit(u64),
}

impl Errand {
    /// The argument of the message. That of [`Errand::Work`] is empty: the message of the system's
    /// timer, which sends it, makes as few host calls as can be.
    pub fn encode(self) -> Vec<u8> {
        match self {
            Self::Work => Vec::new(),
            Self::Slice(execution, token) => numbers(1, [execution.0, token.0]),
            Self::Unit(number) => numbers(2, [number]),
            Self::Recover(Failed::Work) => vec![3],
            Self::Recover(Failed::Slice(execution, token)) => numbers(4, [execution.0, token.0]),
            Self::Recover(Failed::Unit(number)) => numbers(5, [number]),
        }
    }

    /// The errand that follows when the message of this one failed. A failure that could not be taken
    /// in is told again.
    pub const fn when_failed(self) -> Self {
        Self::Recover(match self {
            Self::Work => Failed::Work,
            Self::Slice(execution, token) => Failed::Slice(execution, token),
            Self::Unit(number) => Failed::Unit(number),
            Self::Recover(failed) => failed,
        })
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
            [2, rest @ ..] if rest.len() == 8 => Self::Unit(number(rest)),
            [3] => Self::Recover(Failed::Work),
            [4, rest @ ..] if rest.len() == 16 => Self::Recover(Failed::Slice(
                ExecutionId(number(rest)),
                Token(number(&rest[8..])),
            )),
            [5, rest @ ..] if rest.len() == 8 => Self::Recover(Failed::Unit(number(rest))),
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
