//! A text with its escapes undone, which knows for each byte where in the text it came from. Pure.

/// A text after some layers of escapes were undone.
#[derive(Debug)]
pub struct Layer {
    /// The bytes, which need not be text.
    pub bytes: Vec<u8>,
    /// Where in the first text each byte begins and ends.
    from: Vec<(u32, u32)>,
}

impl Layer {
    /// The text as it is.
    pub fn of(text: &str) -> Self {
        let length = u32::try_from(text.len()).expect("BUG: a text was cut before");
        Self {
            bytes: text.as_bytes().to_vec(),
            from: (0..length).map(|at| (at, at + 1)).collect(),
        }
    }

    /// Where in the first text these bytes stand.
    pub fn range(&self, start: usize, end: usize) -> (usize, usize) {
        (self.from[start].0 as usize, self.from[end - 1].1 as usize)
    }

    /// With one more layer of escapes undone; none if there are no more.
    pub fn unescaped(&self) -> Option<Self> {
        let mut next = Self {
            bytes: Vec::with_capacity(self.bytes.len()),
            from: Vec::with_capacity(self.bytes.len()),
        };
        let mut at = 0;
        while at < self.bytes.len() {
            let rest = &self.bytes[at..];
            let (bytes, taken) = match rest[0] {
                b'\\' => backslash(rest),
                b'%' => percent(rest),
                b'&' => entity(rest),
                _ => None,
            }
            .unwrap_or((Vec::new(), 0));
            if taken == 0 {
                next.bytes.push(rest[0]);
                next.from.push(self.from[at]);
                at += 1;
                continue;
            }
            let from = (self.from[at].0, self.from[at + taken - 1].1);
            next.from.extend(bytes.iter().map(|_| from));
            next.bytes.extend(bytes);
            at += taken;
        }
        (next.bytes.len() < self.bytes.len()).then_some(next)
    }

    /// Without space, and with one alphabet of base64 in place of the two.
    pub fn dense(&self) -> Self {
        let pairs = self.bytes.iter().zip(&self.from);
        let pairs = pairs.filter(|(byte, _)| !byte.is_ascii_whitespace());
        let (bytes, from) = pairs
            .map(|(byte, from)| {
                let byte = match byte {
                    b'-' => b'+',
                    b'_' => b'/',
                    other => *other,
                };
                (byte, *from)
            })
            .unzip();
        Self { bytes, from }
    }
}

/// What an escape stands for, and how many bytes it takes.
type Undone = Option<(Vec<u8>, usize)>;

fn backslash(text: &[u8]) -> Undone {
    let one = |byte: u8| Some((vec![byte], 2));
    match *text.get(1)? {
        b'n' => one(b'\n'),
        b'r' => one(b'\r'),
        b't' => one(b'\t'),
        b'b' => one(8),
        b'f' => one(12),
        byte @ (b'"' | b'\'' | b'\\' | b'/' | b'&' | b'<' | b'>') => one(byte),
        b'x' => Some((vec![u8::try_from(number(text.get(2..4)?, 16)?).ok()?], 4)),
        b'u' => unicode(text),
        _ => None,
    }
}

/// `\u0041`, or two of them for a character beyond the first 65,536.
fn unicode(text: &[u8]) -> Undone {
    let first = number(text.get(2..6)?, 16)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character.to_string().into_bytes(), 6));
    }
    if text.get(6..8)? != b"\\u" {
        return None;
    }
    let second = number(text.get(8..12)?, 16)?;
    let units = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
    let text = String::from_utf16(&units).ok()?;
    Some((text.into_bytes(), 12))
}

fn percent(text: &[u8]) -> Undone {
    let byte = u8::try_from(number(text.get(1..3)?, 16)?).ok()?;
    Some((vec![byte], 3))
}

fn entity(text: &[u8]) -> Undone {
    let head = &text[1..text.len().min(12)];
    let end = head.iter().position(|byte| *byte == b';')?;
    let character = match &head[..end] {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        b"nbsp" => ' ',
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?)?,
        [b'#', digits @ ..] => char::from_u32(number(digits, 10)?)?,
        _ => return None,
    };
    Some((character.to_string().into_bytes(), end + 2))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok()?;
    let all = digits.chars().all(|digit| digit.is_digit(radix));
    all.then(|| u32::from_str_radix(digits, radix).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undone(text: &str) -> Option<String> {
        let layer = Layer::of(text).unescaped()?;
        assert_eq!(layer.bytes.len(), layer.from.len());
        Some(String::from_utf8(layer.bytes).unwrap())
    }

    #[test]
    fn should_undo_each_escape() {
        for (text, expected) in [
            (r#"\"\\\/\n"#, "\"\\/\n"),
            (r"\u0041\u00e9\ud83d\ude00", "Aé\u{1F600}"),
            (r"\x41", "A"),
            ("%41%C3%A9", "Aé"),
            ("&lt;&#65;&#x41;&amp;amp;", "<AA&amp;"),
        ] {
            assert_eq!(undone(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn should_leave_what_is_no_escape() {
        for text in [
            "", "\\", "%", "%4", "%4g", "&", "&amp", "&#;", r"\u00", r"\ud83d", r"\q", "%+1",
        ] {
            assert_eq!(undone(text), None, "{text}");
        }
    }

    #[test]
    fn should_know_where_each_byte_came_from() {
        let first = Layer::of(r"x\\u0041y").unescaped().unwrap();
        let second = first.unescaped().unwrap();
        assert_eq!(second.bytes, b"xAy");
        assert_eq!(second.range(1, 2), (1, 8));
        assert_eq!(second.range(0, 3), (0, 9));
    }

    #[test]
    fn should_leave_space_out_where_digits_are_looked_for() {
        let dense = Layer::of("a-\n_b").dense();
        assert_eq!(dense.bytes, b"a+/b");
        assert_eq!(dense.range(1, 3), (1, 4));
    }
}
