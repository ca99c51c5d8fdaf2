//! What the ledgers of a local network share.
//!
//! [`Book`] keeps balances in stable memory, takes fees and knows duplicates; [`icrc1`] has the
//! records of the standard ICRC-1. Both ledgers of the network stand in for the ones of the
//! mainnet, so that tools which need them work unmodified; the tokens are worth nothing.
//!
//! It keeps no log of blocks: a block index is a number that counts up, and no block can be read
//! again. It reads no clock and knows no caller: both are given.
//!
//! ```
//! use chime_system_ledger::{Book, Memories, Payment};
//!
//! let mut book = Book::<[u8; 32]>::new(Memories::default(), |_| 100);
//! let payment = Payment { from: [1; 32], to: Some([2; 32]), amount: 70, fee: 10 };
//! assert_eq!(book.pay(&payment).unwrap(), 0);
//! assert_eq!(book.balance(&[1; 32]), 20);
//! assert_eq!(book.balance(&[2; 32]), 170);
//! ```
#![deny(missing_docs)]

pub mod icrc1;
pub mod limits;

mod book;
mod stamp;

pub use book::{Book, Holder, Memories, Payment};
pub use stamp::{Done, Refusal, Stamp};
