//! Time zones as people write them that are no names of the IANA database, or whose name means another
//! thing than they think.

use jiff::tz::{TimeZone, TimeZoneDatabase};

/// What is wrong with the name of a zone, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneDoubt {
    /// What is expected, and what was given.
    pub rule: String,
    /// What to give in its place.
    pub fix: String,
}

/// Abbreviations in use, each with the zones that it may stand for. Several places share most of them.
const ABBREVIATIONS: [(&str, &[&str]); 71] = [
    ("PST", &["America/Los_Angeles", "Asia/Manila"]),
    ("PDT", &["America/Los_Angeles"]),
    ("PT", &["America/Los_Angeles"]),
    ("MDT", &["America/Denver"]),
    ("MT", &["America/Denver"]),
    (
        "CST",
        &["America/Chicago", "Asia/Shanghai", "America/Havana"],
    ),
    ("CDT", &["America/Chicago", "America/Havana"]),
    ("CT", &["America/Chicago"]),
    ("EDT", &["America/New_York"]),
    ("ET", &["America/New_York"]),
    ("AST", &["America/Halifax", "Asia/Riyadh"]),
    ("ADT", &["America/Halifax"]),
    ("NST", &["America/St_Johns"]),
    ("NDT", &["America/St_Johns"]),
    ("AKST", &["America/Anchorage"]),
    ("AKDT", &["America/Anchorage"]),
    ("HDT", &["America/Adak"]),
    ("BRT", &["America/Sao_Paulo"]),
    ("ART", &["America/Argentina/Buenos_Aires"]),
    ("CLT", &["America/Santiago"]),
    ("CLST", &["America/Santiago"]),
    ("COT", &["America/Bogota"]),
    ("PET", &["America/Lima"]),
    ("BOT", &["America/La_Paz"]),
    ("UYT", &["America/Montevideo"]),
    ("VET", &["America/Caracas"]),
    ("BST", &["Europe/London", "Asia/Dhaka"]),
    ("IST", &["Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"]),
    ("IDT", &["Asia/Jerusalem"]),
    ("WEST", &["Europe/Lisbon"]),
    ("CEST", &["Europe/Paris", "Europe/Berlin"]),
    ("MEZ", &["Europe/Berlin", "Europe/Zurich", "Europe/Vienna"]),
    ("MESZ", &["Europe/Berlin", "Europe/Zurich", "Europe/Vienna"]),
    ("EEST", &["Europe/Athens", "Europe/Helsinki", "Europe/Kyiv"]),
    ("MSK", &["Europe/Moscow"]),
    ("TRT", &["Europe/Istanbul"]),
    ("SAMT", &["Europe/Samara"]),
    ("YEKT", &["Asia/Yekaterinburg"]),
    ("AMT", &["Asia/Yerevan", "America/Manaus"]),
    ("AZT", &["Asia/Baku"]),
    ("GET", &["Asia/Tbilisi"]),
    ("GST", &["Asia/Dubai"]),
    ("IRST", &["Asia/Tehran"]),
    ("AFT", &["Asia/Kabul"]),
    ("PKT", &["Asia/Karachi"]),
    ("UZT", &["Asia/Tashkent"]),
    ("NPT", &["Asia/Kathmandu"]),
    ("SLST", &["Asia/Colombo"]),
    ("MMT", &["Asia/Yangon"]),
    ("ICT", &["Asia/Bangkok", "Asia/Ho_Chi_Minh"]),
    ("WIB", &["Asia/Jakarta"]),
    ("WITA", &["Asia/Makassar"]),
    ("WIT", &["Asia/Jayapura"]),
    ("MYT", &["Asia/Kuala_Lumpur"]),
    ("SGT", &["Asia/Singapore"]),
    ("PHT", &["Asia/Manila"]),
    ("HKT", &["Asia/Hong_Kong"]),
    ("JST", &["Asia/Tokyo"]),
    ("KST", &["Asia/Seoul"]),
    ("AWST", &["Australia/Perth"]),
    ("ACST", &["Australia/Adelaide", "Australia/Darwin"]),
    ("ACDT", &["Australia/Adelaide"]),
    ("AEST", &["Australia/Sydney", "Australia/Brisbane"]),
    ("AEDT", &["Australia/Sydney"]),
    ("NZST", &["Pacific/Auckland"]),
    ("NZDT", &["Pacific/Auckland"]),
    ("CHST", &["Pacific/Guam"]),
    ("SAST", &["Africa/Johannesburg"]),
    ("CAT", &["Africa/Maputo", "Africa/Harare"]),
    ("EAT", &["Africa/Nairobi"]),
    ("WAT", &["Africa/Lagos"]),
];

/// Names of the database that are the standard time of a place alone, all the year: not what people
/// there mean in summer.
const WITHOUT_SUMMER_TIME: [(&str, &str, &str); 3] = [
    ("EST", "America/New_York", "Etc/GMT+5"),
    ("MST", "America/Denver", "Etc/GMT+7"),
    ("HST", "Pacific/Honolulu", "Etc/GMT+10"),
];

/// Letters that two names must have in common at least to be taken for each other.
const FEWEST_EQUAL_LETTERS: usize = 4;

/// Most letters by which a name may be misspelt.
const LARGEST_DISTANCE: usize = 2;

/// What is wrong with the name of a zone; none if nothing is.
#[must_use]
pub fn zone_doubt(name: &str) -> Option<ZoneDoubt> {
    let name = name.trim();
    let upper = name.to_ascii_uppercase();
    let same = |short: &&str| **short == *upper;
    if let Some((_, place, fixed)) = WITHOUT_SUMMER_TIME.iter().find(|(it, ..)| same(it)) {
        return Some(ZoneDoubt {
            rule: format!("{upper} has no summer time: it is {fixed} all the year"),
            fix: format!("Use {place} for the clocks there, or {fixed} if that is meant."),
        });
    }
    if is_known(name) {
        return None;
    }
    let abbreviation = ABBREVIATIONS.iter().find(|(short, _)| same(short));
    let fix = match (abbreviation, offset(&upper)) {
        (Some((_, [only])), _) => format!("{upper} is an abbreviation: use {only}."),
        (Some((_, several)), _) => format!(
            "{upper} is an abbreviation that several places use: choose {}.",
            several.join(", ")
        ),
        (None, Some(minutes)) => of_offset(minutes),
        (None, None) if matches!(upper.as_str(), "LOCAL" | "SYSTEM" | "LOCALTIME") => of_machine(),
        (None, None) => match alike(name) {
            Some(close) => format!("Did you mean {close}?"),
            None => "Use a name such as Europe/Zurich, America/New_York or UTC.".to_string(),
        },
    };
    let shown: String = name.chars().take(64).collect();
    Some(ZoneDoubt {
        rule: format!("a time zone of the IANA database, got {shown:?}"),
        fix,
    })
}

fn is_known(name: &str) -> bool {
    !name.eq_ignore_ascii_case("Etc/Unknown") && TimeZoneDatabase::bundled().get(name).is_ok()
}

/// The minutes of an offset from UTC: `+02:00`, `GMT-5`, `UTC+0530`.
fn offset(upper: &str) -> Option<i32> {
    let text = upper
        .strip_prefix("UTC")
        .or_else(|| upper.strip_prefix("GMT"));
    let text = text.unwrap_or(upper).trim().replace('\u{2212}', "-");
    if text == "Z" {
        return Some(0);
    }
    let (sign, digits) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(digits), _) => (1, digits),
        (_, Some(digits)) => (-1, digits),
        (None, None) => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if digits.len() > 2 => digits.split_at_checked(digits.len() - 2)?,
        None => (digits, "0"),
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(hours) || !is_number(minutes) || hours.len() > 2 || minutes.len() > 2 {
        return None;
    }
    Some(sign * (hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?))
}

/// The sign in the names of the database is turned round.
fn of_offset(minutes: i32) -> String {
    let place = "the name of a place, such as Europe/Zurich, follows its summer time";
    let (hours, rest) = (minutes / 60, minutes % 60);
    let name = match hours {
        0 => "UTC".to_string(),
        hours => format!("Etc/GMT{:+}", -hours),
    };
    match (rest, is_known(&name)) {
        (0, true) => {
            let sign = if minutes < 0 { '-' } else { '+' };
            format!(
                "Use {name}, which is {sign}{:02}:00 all the year; {place}.",
                hours.abs()
            )
        }
        _ => format!("No zone is that offset alone: {place}, and Asia/Kolkata is +05:30."),
    }
}

fn of_machine() -> String {
    let zone = TimeZone::system();
    match zone.iana_name() {
        Some(name) => {
            format!("A schedule runs elsewhere, and needs a name: this machine's zone is {name}.")
        }
        None => "A schedule runs elsewhere: use a name such as Europe/Zurich.".to_string(),
    }
}

/// The name in the database that was probably meant: the same city, or one that differs in few
/// letters and has enough of them in common.
fn alike(name: &str) -> Option<String> {
    let wanted = name.to_ascii_lowercase().replace(' ', "_");
    let city = |name: &str| name.rsplit('/').next().unwrap_or_default().to_string();
    let wanted_city = city(&wanted);
    let database = TimeZoneDatabase::bundled();
    let candidates = database.available().map(|name| name.to_string());
    let ranked = candidates.filter_map(|candidate| {
        let lower = candidate.to_ascii_lowercase();
        let pairs = [(lower.clone(), &wanted), (city(&lower), &wanted_city)];
        let distances = pairs.iter().filter_map(|(one, other)| {
            let distance = strsim::osa_distance(one, other);
            let equal = one.len().max(other.len()).saturating_sub(distance);
            (distance <= LARGEST_DISTANCE && equal >= FEWEST_EQUAL_LETTERS).then_some(distance)
        });
        Some((distances.min()?, candidate))
    });
    ranked.min().map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix(name: &str) -> String {
        let doubt = zone_doubt(name).unwrap_or_else(|| panic!("{name} is taken"));
        doubt.fix
    }

    #[test]
    fn should_take_the_names_of_the_database() {
        for name in [
            "Europe/Zurich",
            "europe/zurich",
            "UTC",
            "GMT",
            "Etc/GMT-2",
            "CET",
            "Zulu",
        ] {
            assert_eq!(zone_doubt(name), None, "{name}");
        }
    }

    #[test]
    fn should_know_abbreviations_and_name_every_candidate() {
        for (name, words) in [
            ("PST", "choose America/Los_Angeles, Asia/Manila."),
            ("pst", "choose America/Los_Angeles, Asia/Manila."),
            ("BST", "choose Europe/London, Asia/Dhaka."),
            ("IST", "choose Asia/Kolkata, Europe/Dublin, Asia/Jerusalem."),
            ("JST", "use Asia/Tokyo."),
            ("CEST", "choose Europe/Paris, Europe/Berlin."),
            (
                "EST",
                "Use America/New_York for the clocks there, or Etc/GMT+5",
            ),
            ("EDT", "use America/New_York."),
        ] {
            assert!(fix(name).contains(words), "{name}: {}", fix(name));
        }
        for (name, candidates) in ABBREVIATIONS {
            assert!(
                zone_doubt(name).is_some(),
                "{name} is a name of the database"
            );
            for candidate in candidates {
                assert_eq!(zone_doubt(candidate), None, "{name}: {candidate}");
            }
        }
        for (name, place, fixed) in WITHOUT_SUMMER_TIME {
            assert!(is_known(name) && is_known(place) && is_known(fixed));
        }
    }

    #[test]
    fn should_explain_offsets() {
        for (name, words) in [
            ("GMT+2", "Use Etc/GMT-2, which is +02:00"),
            ("UTC+02:00", "Use Etc/GMT-2, which is +02:00"),
            ("+0200", "Use Etc/GMT-2, which is +02:00"),
            ("-05:00", "Use Etc/GMT+5, which is -05:00"),
            ("gmt-5", "Use Etc/GMT+5, which is -05:00"),
            ("+00:00", "Use UTC"),
            ("Z", "Use UTC"),
            ("+05:30", "No zone is that offset alone"),
            ("UTC+99", "No zone is that offset alone"),
        ] {
            assert!(fix(name).contains(words), "{name}: {}", fix(name));
        }
    }

    #[test]
    fn should_guess_only_what_is_alike() {
        for (name, close) in [
            ("Europe/Zürich", "Europe/Zurich"),
            ("Zurich", "Europe/Zurich"),
            ("New York", "America/New_York"),
            ("America/NewYork", "America/New_York"),
            ("Asia/Tokio", "Asia/Tokyo"),
        ] {
            assert_eq!(fix(name), format!("Did you mean {close}?"));
        }
        for name in ["QQQ", "XYZT", "my zone", "", "Mars/Base"] {
            assert!(
                fix(name).starts_with("Use a name such as"),
                "{name}: {}",
                fix(name)
            );
        }
        assert!(fix("local").starts_with("A schedule runs elsewhere"));
    }
}
