//! How two texts differ, by lines.

/// A line of what differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// It is in both.
    Same(&'a str),
    /// Only the older one has it.
    Gone(&'a str),
    /// Only the newer one has it.
    New(&'a str),
    /// So many lines that are in both are left out.
    Skipped(usize),
}

/// Equal lines that are shown before and behind what differs.
const AROUND: usize = 3;

/// Lines of one text times lines of the other that are compared; what both begin and end with does not
/// count.
const MOST_PAIRS: usize = 4_000_000;

/// What differs; none if they are too long to be compared.
pub(super) fn differences<'a>(before: &'a str, after: &'a str) -> Option<Vec<Line<'a>>> {
    let (before, after): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let pairs = before.iter().zip(&after);
    let head = pairs.take_while(|(one, other)| one == other).count();
    let (old, new) = (&before[head..], &after[head..]);
    let pairs = old.iter().rev().zip(new.iter().rev());
    let tail = pairs.take_while(|(one, other)| one == other).count();
    let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    if old.len().saturating_mul(new.len()) > MOST_PAIRS {
        return None;
    }
    let mut lines: Vec<_> = before[..head].iter().map(|line| Line::Same(line)).collect();
    lines.extend(middle(old, new));
    lines.extend(
        before[before.len() - tail..]
            .iter()
            .map(|line| Line::Same(line)),
    );
    Some(folded(&lines))
}

/// The way through both with the most equal lines.
fn middle<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Line<'a>> {
    let width = new.len() + 1;
    let mut equal = vec![0_u32; (old.len() + 1) * width];
    for row in (0..old.len()).rev() {
        for column in (0..new.len()).rev() {
            equal[row * width + column] = match old[row] == new[column] {
                true => equal[(row + 1) * width + column + 1] + 1,
                false => equal[(row + 1) * width + column].max(equal[row * width + column + 1]),
            };
        }
    }
    let (mut row, mut column, mut lines) = (0, 0, Vec::new());
    while row < old.len() || column < new.len() {
        let is_old = column == new.len()
            || row < old.len()
                && equal[(row + 1) * width + column] >= equal[row * width + column + 1];
        if row < old.len() && column < new.len() && old[row] == new[column] {
            lines.push(Line::Same(old[row]));
            (row, column) = (row + 1, column + 1);
        } else if is_old {
            lines.push(Line::Gone(old[row]));
            row += 1;
        } else {
            lines.push(Line::New(new[column]));
            column += 1;
        }
    }
    lines
}

/// Equal lines that are far from what differs, left out.
fn folded<'a>(lines: &[Line<'a>]) -> Vec<Line<'a>> {
    let differs = |line: &Line<'_>| !matches!(line, Line::Same(_));
    let is_near = |index: usize| {
        let from = index.saturating_sub(AROUND);
        lines[from..(index + AROUND + 1).min(lines.len())]
            .iter()
            .any(differs)
    };
    let mut shown = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        match (is_near(index), shown.last_mut()) {
            (true, _) => shown.push(*line),
            (false, Some(Line::Skipped(count))) => *count += 1,
            (false, _) => shown.push(Line::Skipped(1)),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_find_what_differs() {
        use Line::{Gone, New, Same, Skipped};
        let found = |before, after| differences(before, after).unwrap();
        assert_eq!(
            found("a\nb\nc", "a\nx\nc"),
            [Same("a"), Gone("b"), New("x"), Same("c")]
        );
        assert_eq!(found("", "a"), [New("a")]);
        assert_eq!(found("a", ""), [Gone("a")]);
        assert_eq!(found("a\nb", "b\na"), [Gone("a"), Same("b"), New("a")]);
        let long: Vec<_> = (0..10).map(|line| line.to_string()).collect();
        let long = long.join("\n");
        let changed = format!("{long}\nend");
        let shown = found(&long, &changed);
        assert_eq!(shown.first(), Some(&Skipped(7)));
        assert_eq!(shown.last(), Some(&New("end")));
        assert_eq!(found(&long, &long), [Skipped(10)]);
    }

    #[test]
    fn should_not_compare_what_is_too_long() {
        let text = |word: &str| {
            let lines = (0..2_100).map(|line| format!("{word}{line}"));
            lines.collect::<Vec<_>>().join("\n")
        };
        assert_eq!(differences(&text("a"), &text("b")), None);
        assert!(differences(&text("a"), &text("a")).is_some());
    }
}
