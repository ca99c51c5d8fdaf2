//! Instants for people (their zone, and how far away) and for programs (RFC 3339, UTC).

use chime_types::limits::NANOSECONDS;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The reader's time and zone.
#[derive(Clone, Debug)]
pub struct Clock {
    now_at: u64,
    zone: TimeZone,
}

/// An instant as RFC 3339 in UTC, with as many digits of the second as it needs.
#[must_use]
pub fn rfc3339(at: u64) -> String {
    timestamp(at).map_or_else(|| "out of range".into(), |instant| instant.to_string())
}

/// The instant that a text in RFC 3339 is.
#[must_use]
pub fn instant(text: &str) -> Option<u64> {
    let instant: Timestamp = text.parse().ok()?;
    u64::try_from(instant.as_nanosecond()).ok()
}

fn timestamp(at: u64) -> Option<Timestamp> {
    Timestamp::from_nanosecond(i128::from(at)).ok()
}

impl Clock {
    /// The clock and the zone of this machine; UTC if it has none.
    #[must_use]
    pub fn system() -> Self {
        let zone = TimeZone::system();
        Self::fixed(
            0,
            if zone.is_unknown() {
                TimeZone::UTC
            } else {
                zone
            },
        )
        .refreshed()
    }

    /// A clock that stands still.
    #[must_use]
    pub const fn fixed(now_at: u64, zone: TimeZone) -> Self {
        Self { now_at, zone }
    }

    /// The same zone at the present moment.
    #[must_use]
    pub fn refreshed(&self) -> Self {
        let now_at = u64::try_from(Timestamp::now().as_nanosecond()).unwrap_or(0);
        Self {
            now_at,
            zone: self.zone.clone(),
        }
    }

    /// The present moment.
    #[must_use]
    pub const fn now_at(&self) -> u64 {
        self.now_at
    }

    /// The name of the zone, such as `Europe/Zurich`.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("local time")
    }

    /// Date, time and the zone's abbreviation: `2026-11-21 02:00:00 CET`.
    #[must_use]
    pub fn absolute(&self, at: u64) -> String {
        self.format(at, "%Y-%m-%d %H:%M:%S %Z")
    }

    /// The time of day alone: `02:00:00`.
    #[must_use]
    pub fn time_of_day(&self, at: u64) -> String {
        self.format(at, "%H:%M:%S")
    }

    /// The instant without what goes without saying: `18:00:00` today, `Nov 27 02:30` this year,
    /// else the date.
    #[must_use]
    pub fn short(&self, at: u64) -> String {
        let same = |pattern: &str| self.format(at, pattern) == self.format(self.now_at, pattern);
        match (same("%Y-%m-%d"), same("%Y")) {
            (true, _) => self.time_of_day(at),
            (false, true) => self.format(at, "%b %d %H:%M"),
            (false, false) => self.format(at, "%Y-%m-%d"),
        }
    }

    /// An instant by a pattern such as `%H:%M`.
    #[must_use]
    pub fn format(&self, at: u64, pattern: &str) -> String {
        timestamp(at).map_or_else(
            || "out of range".into(),
            |instant| {
                instant
                    .to_zoned(self.zone.clone())
                    .strftime(pattern)
                    .to_string()
            },
        )
    }

    /// How far away it is: `in 3m`, `2h ago`, `now`.
    #[must_use]
    pub fn relative(&self, at: u64) -> String {
        let seconds = self.now_at.abs_diff(at) / NANOSECONDS;
        match (seconds, at > self.now_at) {
            (0, _) => "now".into(),
            (_, true) => format!("in {}", coarse(seconds)),
            (_, false) => format!("{} ago", coarse(seconds)),
        }
    }

    /// Both: `2026-11-21 02:00:00 CET (in 3h)`.
    #[must_use]
    pub fn both(&self, at: u64) -> String {
        format!("{} ({})", self.absolute(at), self.relative(at))
    }
}

/// The two largest units of a duration: `3d4h`, `5m10s`.
fn coarse(seconds: u64) -> String {
    let unit = match seconds {
        172_800.. => 3_600,
        7_200.. => 60,
        _ => 1,
    };
    chime_schedule::format_interval(seconds / unit * unit)
}

/// How long something took: `350ms`, `2.1s`, `1m5s`.
#[must_use]
pub fn took(nanoseconds: u64) -> String {
    let milliseconds = nanoseconds / 1_000_000;
    match milliseconds {
        0..1_000 => format!("{milliseconds}ms"),
        1_000..60_000 => format!("{}.{}s", milliseconds / 1_000, milliseconds % 1_000 / 100),
        _ => coarse(milliseconds / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_AT: u64 = 1_780_000_000 * NANOSECONDS;

    fn clock() -> Clock {
        Clock::fixed(NOW_AT, TimeZone::get("Europe/Zurich").unwrap())
    }

    #[test]
    fn should_show_the_zone_of_the_reader() {
        assert_eq!(clock().absolute(NOW_AT), "2026-05-28 22:26:40 CEST");
        assert_eq!(rfc3339(NOW_AT), "2026-05-28T20:26:40Z");
        assert_eq!(clock().zone_name(), "Europe/Zurich");
    }

    #[test]
    fn should_leave_out_what_goes_without_saying() {
        let at = |seconds: u64| clock().short(NOW_AT + seconds * NANOSECONDS);
        assert_eq!(at(60), "22:27:40");
        assert_eq!(at(86_400), "May 29 22:26");
        assert_eq!(at(400 * 86_400), "2027-07-02");
    }

    #[test]
    fn should_tell_how_far_away_it_is() {
        let table = [
            (0, "now"),
            (1, "in 1s"),
            (-90, "1m30s ago"),
            (7_199, "in 1h59m59s"),
            (7_201, "in 2h"),
            (90_061, "in 1d1h1m"),
            (-200_000, "2d7h ago"),
        ];
        for (seconds, expected) in table {
            let at = NOW_AT.checked_add_signed(seconds * 1_000_000_000).unwrap();
            assert_eq!(clock().relative(at), expected);
        }
    }

    #[test]
    fn should_not_break_on_instants_that_no_calendar_has() {
        assert!(clock().both(u64::MAX).starts_with("2554"));
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(instant(&rfc3339(NOW_AT + 1)), Some(NOW_AT + 1));
        assert_eq!(instant("1969-12-31T23:59:59Z"), None);
    }

    #[test]
    fn should_round_how_long_it_took() {
        assert_eq!(took(1_999_999), "1ms");
        assert_eq!(took(2_150_000_000), "2.1s");
        assert_eq!(took(65_000_000_000), "1m5s");
    }
}
