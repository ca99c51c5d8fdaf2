//! Tables without frames that fit the terminal.
//!
//! What does not fit is made to: cells take their shorter forms, then columns that can be spared
//! are left out (and named below the table), then long texts are cut. Only a last column of many
//! lines wraps. Without a terminal nothing is changed.

use comfy_table::{Attribute, Cell, Color, ContentArrangement, presets};

use super::writer::Page;

/// Columns between two columns.
const GAP: usize = 2;
/// A text is cut to this before another column is left out.
const COMFORTABLE: usize = 24;
/// Least width of a column that is cut.
const LEAST: usize = 8;

/// A cell: its text, and shorter forms of it for narrow terminals, the longest first.
#[derive(Clone, Debug)]
pub struct Text(Vec<String>);

impl<T: Into<String>> From<T> for Text {
    fn from(text: T) -> Self {
        Self(vec![text.into()])
    }
}

impl Text {
    /// A text with shorter forms of it.
    #[must_use]
    pub fn forms<const N: usize>(forms: [String; N]) -> Self {
        Self(forms.into())
    }

    fn form(&self, level: usize) -> &str {
        let last = self.0.len().saturating_sub(1);
        self.0.get(level.min(last)).map_or("", String::as_str)
    }
}

/// A table. Rows must have as many cells as there are columns.
#[derive(Debug)]
pub struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<Text>>,
    spare: &'static [&'static str],
    wraps: bool,
    width: Option<usize>,
    colour: bool,
}

impl Table {
    /// A table with these column names.
    #[must_use]
    pub fn new(page: &Page<'_>, columns: &[&'static str]) -> Self {
        Self {
            columns: columns.to_vec(),
            rows: Vec::new(),
            spare: &[],
            wraps: false,
            width: page.width.map(usize::from),
            colour: page.colour,
        }
    }

    /// The same table with columns that may be left out, the first of them first.
    #[must_use]
    pub fn spare(mut self, columns: &'static [&'static str]) -> Self {
        self.spare = columns;
        self
    }

    /// The same table whose last column wraps instead of being cut.
    #[must_use]
    pub fn wrapping(mut self) -> Self {
        self.wraps = true;
        self
    }

    /// Adds a row. Words that name a state are coloured.
    pub fn row<T: Into<Text>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// The text, without spaces at the ends of lines.
    #[must_use]
    pub fn render(&self) -> String {
        let (mut grid, hidden) = self.fit();
        let head = grid.remove(0);
        let mut inner = comfy_table::Table::new();
        inner.load_style(presets::NOTHING);
        match self.width {
            Some(width) => {
                inner
                    .set_content_arrangement(ContentArrangement::Dynamic)
                    .set_width(u16::try_from(width).unwrap_or(u16::MAX));
            }
            None => {
                inner.set_content_arrangement(ContentArrangement::Disabled);
            }
        }
        if self.colour {
            inner.enforce_styling();
        } else {
            inner.force_no_tty();
        }
        let bold = |name: &String| match self.colour {
            true => Cell::new(name).add_attribute(Attribute::Bold),
            false => Cell::new(name),
        };
        inner.set_header(head.iter().map(bold));
        let last = head.len().saturating_sub(1);
        for (index, column) in inner.column_iter_mut().enumerate() {
            column.set_padding((0, if index == last { 0 } else { 2 }));
        }
        for row in &grid {
            inner.add_row(row.iter().map(|text| self.cell(text)));
        }
        let lines = inner.to_string();
        let mut lines: Vec<_> = lines.lines().map(str::trim_end).collect();
        let note = format!("(not shown for lack of width: {})", hidden.join(", "));
        if !hidden.is_empty() {
            lines.push(&note);
        }
        lines.join("\n")
    }

    fn cell(&self, text: &str) -> Cell {
        let cell = Cell::new(text);
        match colour(text) {
            Some(colour) if self.colour => cell.fg(colour),
            _ => cell,
        }
    }

    /// The head and the rows as they fit, and the columns that were left out.
    fn fit(&self) -> (Vec<Vec<String>>, Vec<&'static str>) {
        let forms = self
            .rows
            .iter()
            .flatten()
            .map(|text| text.0.len())
            .max()
            .unwrap_or(1);
        let mut shown: Vec<usize> = (0..self.columns.len()).collect();
        let mut hidden = Vec::new();
        let mut grid = self.grid(0, &shown);
        let Some(width) = self.width else {
            return (grid, hidden);
        };
        for level in 1..forms {
            if self.needed(&grid, usize::MAX) <= width {
                break;
            }
            grid = self.grid(level, &shown);
        }
        for name in self.spare {
            if self.needed(&grid, COMFORTABLE) <= width {
                break;
            }
            let before = shown.len();
            shown.retain(|index| self.columns.get(*index) != Some(name));
            if shown.len() == before {
                continue;
            }
            hidden.push(*name);
            grid = self.grid(forms, &shown);
        }
        self.cut(&mut grid, width);
        (grid, hidden)
    }

    fn grid(&self, level: usize, shown: &[usize]) -> Vec<Vec<String>> {
        let head = shown
            .iter()
            .map(|index| self.columns[*index].to_uppercase())
            .collect();
        let row = |row: &Vec<Text>| {
            let cells = shown.iter().filter_map(|index| row.get(*index));
            cells.map(|text| harmless(text.form(level))).collect()
        };
        std::iter::once(head)
            .chain(self.rows.iter().map(row))
            .collect()
    }

    /// The width that the grid takes when no text but the last column's is longer than `most`; of a
    /// last column that wraps, no more than its share.
    fn needed(&self, grid: &[Vec<String>], most: usize) -> usize {
        let mut widths = widths(grid);
        let others = widths.len().saturating_sub(1);
        for width in widths.iter_mut().take(others) {
            *width = (*width).min(most);
        }
        if let (true, Some(last)) = (self.wraps, widths.last_mut()) {
            *last = (*last).min(3 * LEAST);
        }
        total(&widths)
    }

    /// Cuts the texts of the widest columns until the grid fits.
    fn cut(&self, grid: &mut [Vec<String>], width: usize) {
        let mut widths = widths(grid);
        if self.wraps
            && let Some(last) = widths.last_mut()
        {
            *last = (*last).min(3 * LEAST);
        }
        let mut limits = widths.clone();
        while total(&limits) > width {
            let widest = (0..limits.len()).max_by_key(|index| limits[*index]);
            let Some(widest) = widest.filter(|index| limits[*index] > LEAST) else {
                break;
            };
            limits[widest] -= 1;
        }
        for row in grid {
            for (index, text) in row.iter_mut().enumerate() {
                let wraps = self.wraps && index + 1 == limits.len();
                if limits[index] < widths[index] && !wraps {
                    *text = one_line(text, limits[index]);
                }
            }
        }
    }
}

fn widths(grid: &[Vec<String>]) -> Vec<usize> {
    let columns = grid.first().map_or(0, Vec::len);
    let widest = |index: usize| {
        let cells = grid.iter().filter_map(|row| row.get(index));
        cells
            .flat_map(|text| text.lines())
            .map(|line| line.chars().count())
            .max()
    };
    (0..columns)
        .map(|index| widest(index).unwrap_or(0))
        .collect()
}

fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

/// The colour of a word that names a state: what failed is red, what needs somebody yellow.
fn colour(text: &str) -> Option<Color> {
    match text {
        "completed" | "created" | "updated" | "enabled" | "ok" => Some(Color::Green),
        "failed" | "timed_out" | "refused" | "retrying" | "given up" | "dropped" => {
            Some(Color::Red)
        }
        "running" | "ready" | "pending" => Some(Color::Cyan),
        "paused" | "disabled" | "cancelled" | "skipped" | "missed" | "snoozed" => {
            Some(Color::Yellow)
        }
        text if text.starts_with("waiting") => Some(Color::Yellow),
        _ => None,
    }
}

/// Lines of names and values, the values one below the other.
#[must_use]
pub fn pairs(lines: &[(&str, String)]) -> String {
    let width = lines
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    let line = |(name, value): &(&str, String)| {
        let value = harmless(value).replace('\n', &format!("\n{}", " ".repeat(width + GAP)));
        format!("{name:width$}  {value}").trim_end().to_string()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Text of others, with control characters made visible: a result must not move the cursor.
#[must_use]
pub fn harmless(text: &str) -> String {
    if !text.chars().any(|letter| moves(letter) && letter != '\n') {
        return text.to_string();
    }
    let escaped = |letter: char| match letter {
        '\n' => "\n".to_string(),
        '\t' => "    ".to_string(),
        letter if moves(letter) => letter.escape_default().to_string(),
        letter => letter.to_string(),
    };
    text.chars().map(escaped).collect()
}

/// Whether a letter moves the cursor, turns the direction of the text, or cannot be seen. The joiner
/// of emoji is none of these.
fn moves(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61c}'
                | '\u{200b}'..='\u{200c}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}'
                | '\u{feff}'
        )
}

/// A number of things: `1 task`, `2 tasks`.
#[must_use]
pub fn counted(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

/// The last line of a text that is not empty: of a failure, the cause.
#[must_use]
pub fn last_line(text: &str) -> String {
    let line = text.lines().rev().find(|line| !line.trim().is_empty());
    one_line(line.unwrap_or_default(), usize::MAX)
}

/// The first `most` characters of a text, on one line.
#[must_use]
pub fn one_line(text: &str, most: usize) -> String {
    let line = harmless(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    if line.chars().count() <= most {
        return line;
    }
    let kept: String = line.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}
