//! Tables without frames that fit the terminal.

use comfy_table::{Attribute, Cell, Color, ContentArrangement, presets};

use super::writer::Page;

/// A table. Rows must have as many cells as there are columns.
#[derive(Debug)]
pub struct Table {
    inner: comfy_table::Table,
    colour: bool,
}

impl Table {
    /// A table with these column names.
    #[must_use]
    pub fn new(page: &Page<'_>, columns: &[&str]) -> Self {
        let mut inner = comfy_table::Table::new();
        inner.load_style(presets::NOTHING);
        match page.width {
            Some(width) => {
                inner
                    .set_content_arrangement(ContentArrangement::Dynamic)
                    .set_width(width);
            }
            None => {
                inner.set_content_arrangement(ContentArrangement::Disabled);
            }
        }
        if page.colour {
            inner.enforce_styling();
        } else {
            inner.force_no_tty();
        }
        let bold = |name: &&str| match page.colour {
            true => Cell::new(name).add_attribute(Attribute::Bold),
            false => Cell::new(name),
        };
        inner.set_header(columns.iter().map(bold));
        inner.column_iter_mut().for_each(|column| {
            column.set_padding((0, 2));
        });
        Self {
            inner,
            colour: page.colour,
        }
    }

    /// Adds a row. Words that name a state are coloured.
    pub fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        let cells = cells
            .into_iter()
            .map(|cell| self.cell(cell.as_ref()))
            .collect::<Vec<_>>();
        self.inner.add_row(cells);
    }

    fn cell(&self, text: &str) -> Cell {
        let cell = Cell::new(harmless(text));
        match colour(text) {
            Some(colour) if self.colour => cell.fg(colour),
            _ => cell,
        }
    }

    /// The text, without spaces at the ends of lines.
    #[must_use]
    pub fn render(&self) -> String {
        let lines = self.inner.to_string();
        lines
            .lines()
            .map(str::trim_end)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

fn colour(text: &str) -> Option<Color> {
    match text {
        "completed" | "created" | "updated" => Some(Color::Green),
        "failed" | "timed_out" | "refused" => Some(Color::Red),
        "running" | "ready" | "waiting" => Some(Color::Cyan),
        "paused" | "cancelled" | "skipped" | "missed" => Some(Color::Yellow),
        _ => None,
    }
}

/// Text of others, with control characters made visible: a result must not move the cursor.
#[must_use]
pub(super) fn harmless(text: &str) -> String {
    if !text
        .chars()
        .any(|letter| letter.is_control() && letter != '\n')
    {
        return text.to_string();
    }
    let escaped = |letter: char| match letter {
        '\n' => "\n".to_string(),
        '\t' => "    ".to_string(),
        letter if letter.is_control() => letter.escape_default().to_string(),
        letter => letter.to_string(),
    };
    text.chars().map(escaped).collect()
}

/// A number of things: `1 task`, `2 tasks`.
#[must_use]
pub(super) fn counted(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

/// The first `most` characters of a text, on one line.
#[must_use]
pub(super) fn one_line(text: &str, most: usize) -> String {
    let line = harmless(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    if line.chars().count() <= most {
        return line;
    }
    let kept: String = line.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}
