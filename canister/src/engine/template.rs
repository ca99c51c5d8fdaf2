//! Placeholders in the texts of an action: `{{execution_id}}` and the like. Pure.
//!
//! A placeholder is a name in double braces. Within double quotes, as in the textual form of
//! Candid and in JSON, what is filled in is escaped, so that a result can never end the text that
//! it stands in. `{{{{` stands for two braces.
//!
//! | name | what it stands for |
//! | --- | --- |
//! | `execution_id`, `task_id`, `step`, `attempt`, `fencing_token` | numbers |
//! | `scheduled_at` | the slot in nanoseconds since 1970 |
//! | `task_name`, `user` | texts |
//! | `entity_name`, `attributes.x.y` | of a named step, in the definition of its action |
//! | `steps.0.result`, `steps.0.error` | of an earlier step |
//! | `steps.0.result.x.y` | a part of a result that is JSON |
//! | `secrets.NAME` | in HTTP requests and webhooks only |

use chime_types::{Cause, Error};

use super::failure::Failure;

/// Where a text stands: what may be named in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The number of the step: only results of steps before it may be named.
    pub step: u32,
    /// In the definition of an action.
    pub definition: bool,
    /// In a request over HTTP.
    pub secrets: bool,
}

impl Scope {
    /// In the definition of an action: which results there are is known only where it is used.
    pub const DEFINITION: Self = Self {
        step: u32::MAX,
        definition: true,
        secrets: false,
    };
}

const NUMBERS_AND_TEXTS: [&str; 8] = [
    "execution_id",
    "task_id",
    "task_name",
    "scheduled_at",
    "step",
    "attempt",
    "fencing_token",
    "user",
];

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Name { path: &'a str, quoted: bool },
}

fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut quotes = Quotes::default();
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let (before, after) = rest.split_at(at);
        quotes.pass(before);
        pieces.push(Piece::Text(before));
        if let Some(after) = after.strip_prefix("{{{{") {
            pieces.push(Piece::Text("{{"));
            rest = after;
            continue;
        }
        let inner = &after[2..];
        let end = inner
            .find("}}")
            .ok_or("a placeholder begins with {{ and has no }}")?;
        pieces.push(Piece::Name {
            path: inner[..end].trim(),
            quoted: quotes.inside,
        });
        rest = &inner[end + 2..];
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

/// Whether a place lies within double quotes.
#[derive(Default)]
struct Quotes {
    inside: bool,
}

impl Quotes {
    fn pass(&mut self, text: &str) {
        let mut escaped = false;
        for character in text.chars() {
            match character {
                '"' if !escaped => self.inside = !self.inside,
                '\\' if self.inside && !escaped => {
                    escaped = true;
                    continue;
                }
                _ => {}
            }
            escaped = false;
        }
    }
}

/// Checks the placeholders of a text.
///
/// # Errors
/// One that names the placeholder, what may stand there, and the way out.
pub fn check(field: &str, text: &str, scope: Scope) -> Result<(), Error> {
    let fix = "use what is there at this place; for the braces themselves write {{{{";
    let pieces = pieces(text).map_err(|rule| Error::invalid(field, rule, fix))?;
    for piece in pieces {
        if let Piece::Name { path, .. } = piece {
            check_name(path, scope).map_err(|rule| Error::invalid(field, rule, fix))?;
        }
    }
    Ok(())
}

fn check_name(path: &str, scope: Scope) -> Result<(), String> {
    let mut parts = path.split('.');
    let root = parts.next().unwrap_or("");
    let second = parts.next();
    match root {
        _ if second.is_none() && NUMBERS_AND_TEXTS.contains(&root) => Ok(()),
        "entity_name" if second.is_none() && scope.definition => Ok(()),
        "attributes" if second.is_some() && scope.definition => Ok(()),
        "attributes" | "entity_name" => Err(format!(
            "{{{{{path}}}}} may stand only in the definition of an action (define_action)"
        )),
        "secrets" if second.is_some() && parts.next().is_none() => {
            if scope.secrets {
                Ok(())
            } else {
                Err("a secret may stand only in an HTTP request or a webhook".to_string())
            }
        }
        "steps" => check_step(second, parts.next(), scope.step),
        _ => Err(format!(
            "there is no {{{{{path}}}}}; known are {}, steps.N.result, steps.N.error and, in some \
             places, attributes.NAME, entity_name and secrets.NAME",
            NUMBERS_AND_TEXTS.join(", ")
        )),
    }
}

fn check_step(number: Option<&str>, what: Option<&str>, own: u32) -> Result<(), String> {
    let number: u32 = number
        .and_then(|number| number.parse().ok())
        .ok_or("write a result as {{steps.0.result}}: steps are counted from 0")?;
    if number >= own {
        return Err(format!(
            "step {own} comes before or with step {number}: only results of earlier steps are there"
        ));
    }
    match what {
        Some("result" | "error") => Ok(()),
        _ => Err("of a step there are `result` and `error`".to_string()),
    }
}

/// Fills the placeholders of a text in.
///
/// # Errors
/// What could not be filled in.
pub fn fill(
    text: &str,
    value: impl Fn(&str) -> Result<String, Failure>,
) -> Result<String, Failure> {
    let mut filled = String::with_capacity(text.len());
    let malformed = |text: String| Failure::new(Cause::Placeholder, text);
    for piece in pieces(text).map_err(malformed)? {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Name { path, quoted } => {
                let value = value(path)?;
                if quoted {
                    push_escaped(&mut filled, &value);
                } else {
                    filled.push_str(&value);
                }
            }
        }
    }
    Ok(filled)
}

/// Escapes that Candid's text and JSON have in common. Other control characters, which they write
/// differently, become spaces.
fn push_escaped(filled: &mut String, value: &str) {
    for character in value.chars() {
        match character {
            '"' => filled.push_str("\\\""),
            '\\' => filled.push_str("\\\\"),
            '\n' => filled.push_str("\\n"),
            '\r' => filled.push_str("\\r"),
            '\t' => filled.push_str("\\t"),
            control if control.is_control() => filled.push(' '),
            other => filled.push(other),
        }
    }
}

/// A part of a text that is JSON, by a path such as `x.0.y`: a text as it is, anything else as
/// JSON.
///
/// # Errors
/// Why there is no such part, in words.
pub fn part_of_json(json: &str, path: &str) -> Result<String, String> {
    let value: serde_json::Value =
        serde_json::from_str(json).map_err(|_| format!("it is not JSON, so it has no `{path}`"))?;
    let found = path.split('.').try_fold(&value, |value, name| match value {
        serde_json::Value::Array(items) => name.parse().ok().and_then(|at: usize| items.get(at)),
        other => other.get(name),
    });
    match found {
        None => Err(format!("it has no `{path}`")),
        Some(serde_json::Value::String(text)) => Ok(text.clone()),
        Some(other) => Ok(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYTHING: Scope = Scope {
        step: 2,
        definition: true,
        secrets: true,
    };

    fn filled(text: &str) -> Result<String, String> {
        let filled = fill(text, |path| match path {
            "execution_id" => Ok("42".to_string()),
            "steps.0.result" => Ok("say \"hi\"\n".to_string()),
            other => Err(Failure::new(Cause::Placeholder, format!("no {other}"))),
        });
        filled.map_err(|failure| failure.error)
    }

    #[test]
    fn should_fill_in_names_between_texts() {
        assert_eq!(
            filled("a{{execution_id}}b{{ execution_id }}"),
            Ok("a42b42".to_string())
        );
        assert_eq!(filled("none"), Ok("none".to_string()));
        assert_eq!(
            filled("{{{{execution_id}}"),
            Ok("{{execution_id}}".to_string())
        );
        assert_eq!(filled("{{other}}"), Err("no other".to_string()));
    }

    #[test]
    fn should_escape_within_quotes_only() {
        assert_eq!(
            filled(r#"("{{steps.0.result}}", {{execution_id}})"#),
            Ok(r#"("say \"hi\"\n", 42)"#.to_string())
        );
        assert_eq!(
            filled(r#""\"" {{steps.0.result}}"#),
            Ok("\"\\\"\" say \"hi\"\n".to_string())
        );
    }

    #[test]
    fn should_accept_every_name_in_its_place() {
        for name in [
            "execution_id",
            "task_name",
            "scheduled_at",
            "fencing_token",
            "attributes.report.format",
            "entity_name",
            "steps.0.result",
            "steps.1.result.price.0",
            "steps.1.error",
            "secrets.API_KEY",
        ] {
            check("text", &format!("x {{{{{name}}}}}"), EVERYTHING).unwrap();
        }
    }

    #[test]
    fn should_refuse_what_is_not_there_and_name_the_field() {
        let plain = Scope {
            step: 1,
            definition: false,
            secrets: false,
        };
        for (name, part) in [
            ("executon_id", "known are execution_id"),
            ("attributes.x", "define_action"),
            ("entity_name", "define_action"),
            ("secrets.KEY", "HTTP request"),
            ("steps.1.result", "earlier steps"),
            ("steps.x.result", "counted from 0"),
            ("steps.0.output", "`result` and `error`"),
            ("", "known are"),
        ] {
            let error = check("note.text", &format!("{{{{{name}}}}}"), plain).unwrap_err();
            assert_eq!(error.field.as_deref(), Some("note.text"));
            assert!(error.rule.contains(part), "{name}: {error}");
        }
        assert!(check("text", "open {{execution_id", plain).is_err());
    }

    #[test]
    fn should_find_parts_of_json() {
        let json = r#"{"a": [{"b": "text"}, 7], "c": {"d": true}}"#;
        assert_eq!(part_of_json(json, "a.0.b"), Ok("text".to_string()));
        assert_eq!(part_of_json(json, "a.1"), Ok("7".to_string()));
        assert_eq!(part_of_json(json, "c"), Ok("{\"d\":true}".to_string()));
        assert!(part_of_json(json, "a.2").is_err());
        assert!(part_of_json("(42 : nat)", "a").is_err());
    }
}
