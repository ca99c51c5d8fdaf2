//! What a command wrote, within limits: its beginning and its end are kept.

use std::collections::VecDeque;

use chime_types::limits;

/// Bytes kept of the beginning and of the end, each.
const KEPT: usize = limits::MAXIMUM_RESULT_BYTES;

/// The output of a command as far as it is kept.
#[derive(Debug, Default)]
pub(super) struct Captured {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    left_out: usize,
}

impl Captured {
    /// Adds what was read.
    pub fn push(&mut self, bytes: &[u8]) {
        let room = KEPT - self.head.len();
        let (first, rest) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(first);
        self.tail.extend(rest);
        let excess = self.tail.len().saturating_sub(KEPT);
        self.tail.drain(..excess);
        self.left_out += excess;
    }

    /// The text in valid UTF-8, without white space at its end, of at most `limit` bytes.
    pub fn text(&self, limit: usize) -> String {
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        if self.left_out == 0 {
            let whole = [self.head.as_slice(), &tail].concat();
            return cut(String::from_utf8_lossy(&whole).trim_end(), limit);
        }
        let head = String::from_utf8_lossy(&self.head);
        let tail = String::from_utf8_lossy(&tail);
        join(&head, tail.trim_end(), self.left_out, limit)
    }
}

/// The text, or its beginning and its end with a remark between them.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_string();
    }
    let middle = text.floor_char_boundary(text.len() / 2);
    let (head, tail) = text.split_at(middle);
    join(head, tail, 0, limit)
}

/// As much of both as fits: a third of the beginning, two thirds of the end, where errors stand.
fn join(head: &str, tail: &str, left_out: usize, limit: usize) -> String {
    // The longest remark there can be.
    let remark = |bytes: usize| format!("\n... {bytes} bytes omitted ...\n");
    let room = limit.saturating_sub(remark(usize::MAX).len());
    let head_end = head.floor_char_boundary(room / 3);
    let tail_begin = tail.ceil_char_boundary(tail.len().saturating_sub(room - room / 3));
    let dropped = left_out + (head.len() - head_end) + tail_begin;
    format!(
        "{}{}{}",
        &head[..head_end],
        remark(dropped),
        &tail[tail_begin..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(bytes: &[u8]) -> Captured {
        let mut captured = Captured::default();
        for part in bytes.chunks(7_001) {
            captured.push(part);
        }
        captured
    }

    #[test]
    fn should_keep_what_fits_as_it_is() {
        for text in ["", "hello", "two\nlines", "ends with ü"] {
            assert_eq!(captured(format!("{text}\n").as_bytes()).text(64), text);
        }
    }

    #[test]
    fn should_keep_beginning_and_end_of_more_within_the_limit() {
        for size in [KEPT + 1, 2 * KEPT, 2 * KEPT + 1, 1_000_000] {
            let mut bytes = vec![b'.'; size];
            bytes[..5].copy_from_slice(b"first");
            bytes[size - 4..].copy_from_slice(b"last");
            let text = captured(&bytes).text(KEPT);
            assert!(text.len() <= KEPT, "{size}: {}", text.len());
            assert!(
                text.starts_with("first") && text.ends_with("last"),
                "{size}"
            );
            let dots = text.matches('.').count() - 6;
            let left_out = size - 9 - dots;
            assert!(
                text.contains(&format!("... {left_out} bytes omitted ...")),
                "{size}"
            );
        }
    }

    #[test]
    fn should_be_valid_text_whatever_was_written() {
        let noise: Vec<u8> = (0..100_000_u32)
            .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        assert!(captured(&noise).text(KEPT).len() <= KEPT);
        let wide = "ü€𝄞".repeat(20_000);
        let text = captured(wide.as_bytes()).text(KEPT);
        assert!(text.len() <= KEPT && text.starts_with("ü€𝄞"));
        let short = cut(&wide, 100);
        assert!(short.len() <= 100 && short.contains("omitted"), "{short}");
    }
}
