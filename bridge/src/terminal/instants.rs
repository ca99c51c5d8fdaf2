//! Instants as cells of a table.

use super::Text;
use crate::words::Clock;

impl Clock {
    /// The instant for a cell of a table, in forms for wide and narrow terminals.
    #[must_use]
    pub fn cell(&self, at: u64) -> Text {
        let short = format!("{} ({})", self.short(at), self.relative(at));
        Text::forms([self.both(at), short, self.relative(at)])
    }

    /// The instant for a cell of a table beside one that says how far away it is.
    #[must_use]
    pub fn instant(&self, at: u64) -> Text {
        Text::forms([self.absolute(at), self.short(at)])
    }
}
