//! A text in YAML as it is written: where its documents begin, tags, and what a document calls itself
//! that cannot be read.
//!
//! It parses nothing: what a line means is for the parser. Documents are told apart here so that one
//! that cannot be read keeps no other from being read.

/// A document of a text.
pub(super) struct Chunk<'text> {
    /// Its lines.
    pub text: &'text str,
    /// Lines of the text before it.
    pub lines_before: usize,
}

/// The documents of a text: they begin with a line `---` and may end with a line `...`. No value goes
/// on behind such a line, whatever it is.
pub(super) fn chunks(text: &str) -> Vec<Chunk<'_>> {
    let mut chunks = Vec::new();
    let (mut start, mut first_line, mut has_content) = (0, 0, false);
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let end = at + line.len();
        let is_end = is_marker(line, "...");
        if (is_marker(line, "---") && has_content) || is_end {
            chunks.push(Chunk {
                text: &text[start..at],
                lines_before: first_line,
            });
            (start, first_line, has_content) = match is_end {
                true => (end, number + 1, false),
                false => (at, number, true),
            };
        } else {
            has_content |= !is_bare(line);
        }
        at = end;
    }
    chunks.push(Chunk {
        text: &text[start..],
        lines_before: first_line,
    });
    chunks.retain(|chunk| chunk.text.lines().any(|line| !is_bare(line)));
    chunks
}

fn is_marker(line: &str, marker: &str) -> bool {
    line.strip_prefix(marker)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

/// Whether a line is empty, a comment or a directive.
fn is_bare(line: &str) -> bool {
    let text = line.trim_start();
    text.is_empty() || text.starts_with('#') || line.starts_with('%')
}

/// Tags that leave a value as it is.
const PLAIN_TAGS: [&str; 8] = ["str", "int", "float", "bool", "null", "map", "seq", "merge"];

/// The first tag that changes what a value is, with its line: the parser passes over it.
pub(super) fn strange_tag(text: &str) -> Option<(usize, &str)> {
    let mut block: Option<usize> = None;
    for (number, line) in text.lines().enumerate() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        if block.is_some_and(|around| indent > around || line.trim().is_empty()) {
            continue;
        }
        let bare = without_texts(line);
        block = block_scalar(&bare);
        let found = tags(&bare).find(|tag| !is_plain(tag));
        if let Some(tag) = found {
            let at = line.find(tag).unwrap_or_default();
            return Some((number + 1, &line[at..at + tag.len()]));
        }
    }
    None
}

/// The line without comments and without what stands in quotation marks.
fn without_texts(line: &str) -> String {
    let mut bare = String::with_capacity(line.len());
    let mut quote = None;
    let mut before = ' ';
    for letter in line.chars() {
        match quote {
            Some(open) if letter == open => quote = None,
            Some(_) => {}
            None if letter == '#' && before.is_whitespace() => break,
            None if matches!(letter, '"' | '\'') && !before.is_alphanumeric() => {
                quote = Some(letter);
                bare.push(letter);
            }
            None => bare.push(letter),
        }
        before = letter;
    }
    bare
}

/// The column that the text of a block goes beyond, if the line ends with the sign of one.
fn block_scalar(line: &str) -> Option<usize> {
    let line = line.trim_end();
    let sign = line.trim_end_matches(|letter: char| matches!(letter, '+' | '-' | '1'..='9'));
    let head = sign.strip_suffix(['|', '>'])?;
    if !head.is_empty() && !head.ends_with(char::is_whitespace) {
        return None;
    }
    let mut column = 0;
    let mut rest = head;
    while let Some(inner) = rest.strip_prefix(' ').or_else(|| rest.strip_prefix("- ")) {
        let taken = rest.len() - inner.len();
        // A text that is an item itself belongs to its dash.
        if inner.trim().is_empty() && taken == 2 {
            break;
        }
        column += taken;
        rest = inner;
    }
    Some(column)
}

/// What begins like a tag where a value begins.
fn tags(line: &str) -> impl Iterator<Item = &str> {
    let starts = line.match_indices('!').filter(|(at, _)| {
        let before = line[..*at].trim_end();
        let is_apart = before.len() < *at || before.is_empty() || before.ends_with(['[', '{', ',']);
        let rest = &line[*at + 1..];
        is_apart
            && (before.is_empty() || before.ends_with([':', '-', ',', '[', '{', '?']))
            && (rest.starts_with('!') || rest.starts_with('<'))
    });
    starts.map(|(at, _)| {
        let rest = &line[at..];
        let is_end = |letter: char| letter.is_whitespace() || matches!(letter, ']' | '}');
        let end = match rest.find('>').filter(|_| rest.starts_with("!<")) {
            Some(end) => end + 1,
            None => rest.find(is_end).unwrap_or(rest.len()),
        };
        &rest[..end]
    })
}

fn is_plain(tag: &str) -> bool {
    let name = tag
        .strip_prefix("!!")
        .or_else(|| tag.strip_prefix("!<tag:yaml.org,2002:")?.strip_suffix('>'));
    name.is_some_and(|name| PLAIN_TAGS.contains(&name))
}

/// Longest name that is shown of a document that cannot be read.
const LONGEST_NAME: usize = 80;

/// What a document calls itself, as far as that shows without reading it.
pub(super) fn name(text: &str) -> Option<String> {
    let value = |key: &str| {
        let given = text
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        let given = given.split(" #").next().unwrap_or_default();
        let given = given.trim().trim_matches(['"', '\'']);
        let is_plain = !given.is_empty() && !given.starts_with(['!', '&', '*', '|', '>', '[', '{']);
        is_plain.then(|| given.chars().take(LONGEST_NAME).collect())
    };
    ["name", "Name", "id", "key"].into_iter().find_map(value)
}

/// Letters that no plain text begins with.
const RESERVED: [char; 4] = ['*', '@', '`', '%'];

/// The field on a line of a text, counted from 1, whose value needs quotation marks, and how it is
/// written with them.
pub(super) fn unquoted(text: &str, line: usize) -> Option<String> {
    let line = text.lines().nth(line.checked_sub(1)?)?;
    let mut places = line.match_indices(": ");
    places.find_map(|(at, _)| {
        let value = line[at + 2..].trim();
        let key = line[..at]
            .rsplit(['{', ',', ' '])
            .next()
            .unwrap_or_default();
        let value = match line.contains('{') {
            true => value.split([',', '}']).next().unwrap_or(value).trim(),
            false => value,
        };
        value
            .starts_with(RESERVED)
            .then(|| format!("{key}: \"{value}\""))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_find_where_documents_begin() {
        for (text, expected) in [
            ("a: 1", vec![("a: 1", 0)]),
            ("# x\n---\na: 1\n", vec![("# x\n---\na: 1\n", 0)]),
            ("a: 1\n---\nb: 2\n", vec![("a: 1\n", 0), ("---\nb: 2\n", 1)]),
            (
                "a: 1\n--- {b: 2}\n...\nc: 3",
                vec![("a: 1\n", 0), ("--- {b: 2}\n", 1), ("c: 3", 3)],
            ),
            (
                "a: |\n  x\n---\nb: ---\n",
                vec![("a: |\n  x\n", 0), ("---\nb: ---\n", 2)],
            ),
            (
                "%YAML 1.1\n---\na: 1\n",
                vec![("%YAML 1.1\n---\na: 1\n", 0)],
            ),
            ("a: --- x\n----\n", vec![("a: --- x\n----\n", 0)]),
            ("\n# nothing\n", vec![]),
        ] {
            let found: Vec<_> = chunks(text)
                .iter()
                .map(|chunk| (chunk.text, chunk.lines_before))
                .collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn should_see_tags_only_where_values_begin() {
        for (text, expected) in [
            ("a: !!binary x", Some((1, "!!binary"))),
            ("a: 1\n- !!set {x}", Some((2, "!!set"))),
            ("{a: 1, b: !!omap [x]}", Some((1, "!!omap"))),
            ("[!!binary x]", Some((1, "!!binary"))),
            (
                "a: !<tag:yaml.org,2002:binary> x",
                Some((1, "!<tag:yaml.org,2002:binary>")),
            ),
            ("a: !!str x", None),
            ("a: !<tag:yaml.org,2002:int> 7", None),
            ("a: wow !!binary", None),
            ("a: \"b: !!binary\"", None),
            ("a: x # b: !!binary", None),
            ("a: |\n  b: !!binary\n\n  c\nd: 1", None),
            ("a: >-\n  b: !!binary\nd: !!set {}", Some((3, "!!set"))),
            (
                "- a: |\n    b: !!binary\n  c: !!binary x",
                Some((3, "!!binary")),
            ),
            ("- |\n  b: !!binary\n- c", None),
            ("a: it's\nb: !!binary x", Some((2, "!!binary"))),
        ] {
            assert_eq!(strange_tag(text), expected, "{text:?}");
        }
    }
}
