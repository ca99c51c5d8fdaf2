//! What is stored of texts that come from outside: each is cut at its limit, and the texts of an
//! execution together have one, so that a record can always be read, listed, backed up and restored.
//! Pure.
//!
//! Above the limit of a record its parts shrink to shares of it: of the log the oldest lines go, of
//! the attempts the oldest texts, and the results of steps are all cut to the same length, the
//! longest that fits. What an older version stored is cut in the same way when it is read.

use chime_types::{Attempt, ExecutionFinished, LogEntry, Message, StepResult, limits};

use super::records::ExecutionRecord;

/// Room for the words that say how much was cut off: a text that has them is not cut again.
const MARK_BYTES: usize = 32;
/// What a line, an attempt or a step takes besides its texts.
const ENTRY_BYTES: usize = 64;
/// Shares of the limit of a record. The result and the error of the whole have the rest.
const LOG_BYTES: usize = limits::MAXIMUM_RECORD_BYTES * 4 / 32;
const ATTEMPTS_BYTES: usize = limits::MAXIMUM_RECORD_BYTES * 5 / 32;
const STEPS_BYTES: usize = limits::MAXIMUM_RECORD_BYTES * 18 / 32;

/// The text, cut at a limit and marked as cut.
pub fn shortened(text: &str, maximum: usize) -> String {
    let mut text = text.to_string();
    shorten(&mut text, maximum);
    text
}

/// Cuts a text at a limit and marks it as cut.
pub fn shorten(text: &mut String, maximum: usize) {
    if text.len() <= maximum + MARK_BYTES {
        return;
    }
    let end = text.floor_char_boundary(maximum);
    let more = text.len() - end;
    text.truncate(end);
    text.push_str(&format!(" ({more} bytes more)"));
    text.shrink_to_fit();
}

fn shorten_any(text: &mut Option<String>, maximum: usize) {
    if let Some(text) = text {
        shorten(text, maximum);
    }
}

/// A message as it is kept in an inbox or on its way.
pub fn bound_message(message: &mut Message) {
    shorten(&mut message.subject, limits::MAXIMUM_FILLED_SUBJECT_BYTES);
    shorten(&mut message.message, limits::MAXIMUM_RESULT_BYTES);
}

/// What a callback is told, as it is kept on its way.
pub fn bound_finished(finished: &mut ExecutionFinished) {
    shorten_any(&mut finished.result, limits::MAXIMUM_RESULT_BYTES);
    shorten_any(&mut finished.error, limits::MAXIMUM_RESULT_BYTES);
}

/// Whether the texts of an execution are within all limits.
pub fn is_bounded(record: &ExecutionRecord) -> bool {
    let is_short = |text: &Option<String>| {
        text.as_ref()
            .is_none_or(|text| text.len() <= limits::MAXIMUM_RESULT_BYTES + MARK_BYTES)
    };
    let line = limits::MAXIMUM_LOG_LINE_BYTES + MARK_BYTES;
    record.logs.iter().all(|entry| entry.message.len() <= line)
        && record
            .attempts
            .iter()
            .all(|one| is_short(&one.result) && is_short(&one.error))
        && record
            .steps
            .iter()
            .all(|one| is_short(&one.result) && is_short(&one.error))
        && is_short(&record.result)
        && is_short(&record.error)
        && bytes(record) <= limits::MAXIMUM_RECORD_BYTES
}

fn bytes(record: &ExecutionRecord) -> usize {
    let logs: usize = record.logs.iter().map(bytes_of_line).sum();
    let attempts: usize = record.attempts.iter().map(bytes_of_attempt).sum();
    let steps: usize = record.steps.iter().map(bytes_of_step).sum();
    logs + attempts + steps + length(&record.result) + length(&record.error)
}

fn length(text: &Option<String>) -> usize {
    text.as_ref().map_or(0, String::len)
}

fn bytes_of_line(line: &LogEntry) -> usize {
    line.message.len() + ENTRY_BYTES
}

fn bytes_of_attempt(attempt: &Attempt) -> usize {
    length(&attempt.result) + length(&attempt.error) + ENTRY_BYTES
}

fn bytes_of_step(step: &StepResult) -> usize {
    length(&step.result) + length(&step.error) + ENTRY_BYTES
}

/// Brings the texts of an execution within all limits.
pub fn bound(record: &mut ExecutionRecord) {
    if is_bounded(record) {
        return;
    }
    for line in &mut record.logs {
        shorten(&mut line.message, limits::MAXIMUM_LOG_LINE_BYTES);
    }
    let longest = limits::MAXIMUM_RESULT_BYTES;
    for attempt in &mut record.attempts {
        shorten_any(&mut attempt.result, longest);
        shorten_any(&mut attempt.error, longest);
    }
    cut_steps(&mut record.steps, longest);
    shorten_any(&mut record.result, longest);
    shorten_any(&mut record.error, longest);
    if bytes(record) > limits::MAXIMUM_RECORD_BYTES {
        bound_logs(&mut record.logs);
        bound_attempts(&mut record.attempts);
        bound_steps(&mut record.steps);
    }
}

fn bound_logs(logs: &mut Vec<LogEntry>) {
    let mut kept = 0;
    let newest = logs.iter().rev().take_while(|line| {
        kept += bytes_of_line(line);
        kept <= LOG_BYTES
    });
    let count = newest.count();
    logs.drain(..logs.len() - count);
}

/// The newest attempts keep their texts, the others only that they were there.
fn bound_attempts(attempts: &mut [Attempt]) {
    let mut left = ATTEMPTS_BYTES.saturating_sub(attempts.len() * (ENTRY_BYTES + 2 * MARK_BYTES));
    for attempt in attempts.iter_mut().rev() {
        let texts = length(&attempt.result) + length(&attempt.error);
        match left.checked_sub(texts) {
            Some(rest) => left = rest,
            None => {
                left = 0;
                shorten_any(&mut attempt.result, 0);
                shorten_any(&mut attempt.error, 0);
            }
        }
    }
}

fn bound_steps(steps: &mut [StepResult]) {
    let mut longest = limits::MAXIMUM_RESULT_BYTES;
    while steps.iter().map(bytes_of_step).sum::<usize>() > STEPS_BYTES && longest > 1 {
        longest /= 2;
        cut_steps(steps, longest);
    }
}

fn cut_steps(steps: &mut [StepResult], longest: usize) {
    for step in steps {
        shorten_any(&mut step.result, longest);
        shorten_any(&mut step.error, longest);
    }
}

#[cfg(test)]
mod tests {
    use chime_types::{Outcome, StepStatus};

    use super::*;

    fn fixture() -> ExecutionRecord {
        let record = serde_json::json!({
            "id": 1, "task_id": 1, "plan": 1, "scheduled_at": 0, "status": "completed", "step": 0,
            "attempt": 1, "attempts": [], "logs": [], "slots": 1,
        });
        serde_json::from_value(record).unwrap()
    }

    fn line(bytes: usize) -> LogEntry {
        LogEntry {
            logged_at: 0,
            message: "l".repeat(bytes),
        }
    }

    fn step(bytes: usize) -> StepResult {
        StepResult {
            status: StepStatus::Completed,
            result: Some("r".repeat(bytes)),
            error: None,
        }
    }

    fn attempt(number: u32, bytes: usize) -> Attempt {
        Attempt {
            number,
            step: 0,
            started_at: 0,
            finished_at: None,
            fencing_token: 0,
            worker: None,
            outcome: Outcome::Failed,
            result: None,
            error: Some("e".repeat(bytes)),
            cause: None,
        }
    }

    #[test]
    fn should_cut_a_text_at_its_limit_and_say_how_much_is_missing() {
        assert_eq!(
            shortened(&"x".repeat(100 + MARK_BYTES), 100).len(),
            100 + MARK_BYTES
        );
        let cut = shortened(&"x".repeat(1_000), 100);
        assert_eq!(cut, format!("{} (900 bytes more)", "x".repeat(100)));
        assert_eq!(shortened(&cut, 100), cut, "it is not cut again");
        let cut = shortened(&"é".repeat(500), 101);
        assert!(cut.starts_with(&"é".repeat(50)) && cut.ends_with(" (900 bytes more)"));
    }

    #[test]
    fn should_leave_a_record_alone_that_is_within_its_limits() {
        let mut record = fixture();
        record.logs = vec![line(limits::MAXIMUM_LOG_LINE_BYTES); 10];
        record.steps = vec![step(limits::MAXIMUM_RESULT_BYTES); 8];
        let before = record.clone();
        bound(&mut record);
        assert_eq!(record, before);
    }

    #[test]
    fn should_bring_the_largest_record_within_its_limit() {
        let mut record = fixture();
        record.logs = (0..limits::MAXIMUM_LOG_LINES)
            .map(|_| line(1_000_000))
            .collect();
        record.attempts = (1..=64).map(|number| attempt(number, 1_000_000)).collect();
        record.steps = vec![step(1_000_000); limits::MAXIMUM_STEPS];
        record.result = Some("x".repeat(1_000_000));
        record.error = record.result.clone();
        bound(&mut record);
        assert!(is_bounded(&record));
        assert_eq!((record.attempts.len(), record.steps.len()), (64, 32));
        assert!(!record.logs.is_empty());
        let newest = record.attempts[63].error.as_deref().unwrap();
        assert!(newest.len() >= limits::MAXIMUM_RESULT_BYTES, "it is kept");
        assert_eq!(
            record.attempts[0].error.as_deref(),
            Some(" (16404 bytes more)")
        );
        assert!(record.steps[0].result.as_ref().unwrap().len() > 3_000);
        let before = record.clone();
        bound(&mut record);
        assert_eq!(record, before, "it stays as it is");
    }
}
