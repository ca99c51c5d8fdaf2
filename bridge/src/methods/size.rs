//! How large an answer may be, and what is done with one that is larger.
//!
//! Nothing is left out in silence: whoever reads the answer sees what is missing and how to get it.

use serde_json::{Map, Value, json};

use super::others::LABEL_CHARACTERS;

/// Most characters of an answer as JSON. Clients cut off at about 25,000 tokens, some at 10,000;
/// a token is 3 to 4 characters.
pub(super) const MAXIMUM_ANSWER_CHARACTERS: usize = 36_000;

/// Places named in the note about what is left out.
const PLACES_SHOWN: usize = 12;

/// How long texts and lists may be: the first that makes the answer fit is taken.
const LEVELS: [Level; 5] = [
    level(8_000, 500),
    level(2_000, 100),
    level(500, 30),
    level(200, 10),
    level(100, 3),
];

#[derive(Clone, Copy)]
struct Level {
    characters: usize,
    items: usize,
}

const fn level(characters: usize, items: usize) -> Level {
    Level { characters, items }
}

/// Characters of a value as JSON.
pub(super) fn size(value: &Value) -> usize {
    value.to_string().chars().count()
}

/// Whether an answer may be given as it is, with the names of the fields that others wrote.
pub(super) fn fits(value: &Value) -> bool {
    size(value) + LABEL_CHARACTERS <= MAXIMUM_ANSWER_CHARACTERS
}

/// How many items of a page of `count` items and this size are likely to fit; one at least.
pub(super) fn items_that_fit(count: usize, size: usize) -> usize {
    // A tenth less, because items differ.
    let share = MAXIMUM_ANSWER_CHARACTERS * 9 / 10;
    (count * share / size.max(1)).clamp(1, count.saturating_sub(1).max(1))
}

/// The answer with its longest texts and lists cut, until it fits. What was cut is named in
/// `left_out`, with `hint` for how to get it.
pub(super) fn shorten(answer: Value, hint: &str) -> Value {
    if fits(&answer) {
        return answer;
    }
    for level in LEVELS {
        let mut places = Vec::new();
        let cut = cut(&answer, level, "", &mut places);
        let noted = with_note(cut, &places, hint);
        if fits(&noted) {
            return noted;
        }
    }
    json!({
        "left_out": ["everything"],
        "hint": format!("the answer has {} characters, more than fit here; {hint}", size(&answer)),
    })
}

fn cut(value: &Value, level: Level, path: &str, places: &mut Vec<String>) -> Value {
    match value {
        Value::String(text) => match text.char_indices().nth(level.characters) {
            Some((end, _)) => {
                let more = text.chars().count() - level.characters;
                places.push(format!("{path}: the last {more} characters"));
                json!(format!("{}… ({more} more characters)", &text[..end]))
            }
            None => value.clone(),
        },
        Value::Array(items) => {
            if items.len() > level.items {
                let last = items.len() - 1;
                places.push(format!("{path}: items {} to {last}", level.items));
            }
            let kept = items.iter().take(level.items).enumerate();
            kept.map(|(index, item)| cut(item, level, &format!("{path}[{index}]"), places))
                .collect()
        }
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| {
                let place = match path {
                    "" => name.clone(),
                    path => format!("{path}.{name}"),
                };
                (name.clone(), cut(member, level, &place, places))
            })
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

fn with_note(answer: Value, places: &[String], hint: &str) -> Value {
    let mut note: Vec<_> = places.iter().take(PLACES_SHOWN).cloned().collect();
    if places.len() > PLACES_SHOWN {
        note.push(format!("and {} places more", places.len() - PLACES_SHOWN));
    }
    let mut members = match answer {
        Value::Object(members) => members,
        other => Map::from_iter([("result".to_string(), other)]),
    };
    members.insert("left_out".to_string(), json!(note));
    members.insert("hint".to_string(), json!(hint));
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_leave_alone_what_fits() {
        let answer = json!({ "text": "x".repeat(1_000), "list": [1, 2, 3] });
        assert_eq!(shorten(answer.clone(), "ask"), answer);
    }

    #[test]
    fn should_say_what_it_cuts_and_fit() {
        let texts = json!({ "id": "7", "text": "ü".repeat(100_000), "short": "x" });
        let lists = json!({ "items": (0..20_000).collect::<Vec<_>>() });
        let many: Vec<_> = (0..200)
            .map(|_| json!({ "text": "x".repeat(5_000) }))
            .collect();
        for (answer, named) in [
            (texts, "text: the last 92000 characters"),
            (lists, "items: items 500 to 19999"),
            (json!(many), "[0].text: the last"),
        ] {
            let cut = shorten(answer, "ask for less");
            assert!(fits(&cut));
            assert_eq!(cut["hint"], "ask for less");
            let left_out = cut["left_out"].to_string();
            assert!(left_out.contains(named), "{left_out}");
        }
    }

    #[test]
    fn should_end_with_something_that_fits_whatever_it_is_given() {
        let wide: Map<_, _> = (0..20_000)
            .map(|index| (index.to_string(), json!(1)))
            .collect();
        let cut = shorten(Value::Object(wide), "ask for less");
        assert!(fits(&cut));
        assert!(cut["hint"].as_str().unwrap().contains("ask for less"));
    }

    #[test]
    fn should_guess_how_many_items_fit() {
        assert_eq!(items_that_fit(50, 72_000), 22);
        assert_eq!(items_that_fit(50, MAXIMUM_ANSWER_CHARACTERS + 1), 44);
        assert_eq!(items_that_fit(2, 1_000_000), 1);
        assert_eq!(items_that_fit(1, 1_000_000), 1);
    }
}
