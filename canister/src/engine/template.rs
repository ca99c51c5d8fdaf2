//! Placeholders in the texts of an action, `{{execution_id}}` and the like: found and checked. Pure.
//! `filling` puts in what they stand for.
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

use chime_types::Error;

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
pub(super) enum Piece<'a> {
    Text(&'a str),
    Name { path: &'a str, quoted: bool },
}

pub(super) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
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
        let Some(highest) = own.checked_sub(1) else {
            return Err("this is the first step: there is no result before it".to_string());
        };
        return Err(format!(
            "this is step {}: the latest that it can name is {{{{steps.{highest}.result}}}}",
            super::counted_from_one(own)
        ));
    }
    match what {
        Some("result" | "error") => Ok(()),
        _ => Err("of a step there are `result` and `error`".to_string()),
    }
}

/// Checks that a text names secrets only, as where no execution is known.
///
/// # Errors
/// What else it names, in words.
pub fn check_only_secrets(text: &str) -> Result<(), String> {
    for piece in pieces(text)? {
        if let Piece::Name { path, .. } = piece
            && !path.starts_with("secrets.")
        {
            return Err(format!("{{{{{path}}}}} means nothing in an alert"));
        }
    }
    Ok(())
}

/// Escapes that Candid's text and JSON have in common. Other control characters, which they write
/// differently, become spaces.
pub(super) fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            control if control.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYTHING: Scope = Scope {
        step: 2,
        definition: true,
        secrets: true,
    };

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
            ("steps.1.result", "can name is {{steps.0.result}}"),
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
}
