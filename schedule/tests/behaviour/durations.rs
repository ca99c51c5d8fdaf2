//! Durations in and out.

use chime_schedule::{format_interval, parse_duration};
use chime_types::limits::MAXIMUM_DURATION_SECONDS;

#[test]
fn should_format_intervals_like_the_process_table() {
    let table = [
        (0, "once"),
        (30, "30s"),
        (60, "1m"),
        (90, "1m30s"),
        (3_600, "1h"),
        (3_660, "1h1m"),
        (86_400, "1d"),
        (90_000, "1d1h"),
        (90_061, "1d1h1m1s"),
    ];
    for (seconds, text) in table {
        assert_eq!(format_interval(seconds), text);
    }
}

#[test]
fn should_read_durations() {
    let table = [
        ("1h30m", 5_400),
        ("90s", 90),
        ("1.5h", 5_400),
        (".5h", 1_800),
        ("1.h", 3_600),
        ("90", 90),
        (" 15m ", 900),
        ("1d1h", 90_000),
        ("1000ms", 1),
        ("500ms500000us", 1),
        ("999999999ns1ns", 1),
        ("1h1h", 7_200),
        ("315360000s", MAXIMUM_DURATION_SECONDS),
    ];
    for (text, seconds) in table {
        assert_eq!(parse_duration(text), Ok(seconds), "{text}");
    }
}

#[test]
fn should_refuse_other_durations() {
    let table = [
        ("", "not a duration"),
        ("h", "not a duration"),
        (".h", "not a duration"),
        ("1x", "not a duration"),
        ("1h30", "not a duration"),
        ("-1h", "not a duration"),
        ("+1h", "not a duration"),
        ("1 h", "not a duration"),
        ("1..5h", "not a duration"),
        ("99999999999999999999", "not a duration"),
        ("0", "longer than zero"),
        ("0s", "longer than zero"),
        ("500ms", "whole seconds"),
        ("1.5s", "whole seconds"),
        ("1ns", "whole seconds"),
        ("315360001s", "at most"),
        ("999999999999d", "at most"),
    ];
    for (text, rule) in table {
        let error = parse_duration(text).unwrap_err();
        assert!(error.rule.contains(rule), "{text}: {error}");
        assert_eq!(error.field, None);
    }
}

#[test]
fn should_read_what_it_formats() {
    for seconds in (1..400_000).step_by(997) {
        assert_eq!(parse_duration(&format_interval(seconds)), Ok(seconds));
    }
}
