//! The terminal: the one writer of answers and messages, tables that fit its width, bars of progress.
//!
//! It knows no answer and no command: what is written it is given.

mod instants;
mod progress;
mod table;
mod writer;

pub use progress::Progress;
pub use table::{Table, Text, counted, harmless, last_line, one_line, pairs};
pub use writer::{Answer, Format, Page, Writer, message, reader_gone};
