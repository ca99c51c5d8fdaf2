//! The parameters of a list: which part of it, in which order, what of it, and what besides.

mod condition;

use axum::http::StatusCode;
use reqwest::Url;
use serde_json::Value;

pub use condition::{Condition, compare};

use super::problem::{Outcome, Place, Problem};
use chime_types::limits;

/// Items of a page for which nobody asked for a number.
pub const DEFAULT_PAGE_SIZE: usize = 50;

/// Most items of a page.
pub const MAXIMUM_PAGE_SIZE: usize = limits::MAXIMUM_PAGE_ITEMS as usize;

/// The last page that can be asked for: pages are read from the first one on.
pub const MAXIMUM_PAGE_NUMBER: usize = 10_000;

/// Most conditions, keys of an order, and names of fields together.
pub const MAXIMUM_PARTS: usize = 64;

/// What a request asks for behind the question mark.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// The page, counted from 1.
    pub number: usize,
    /// Items on it.
    pub size: usize,
    /// The columns of the order, each with whether it falls.
    pub sort: Vec<(String, bool)>,
    /// What an item has to fulfil, all of it.
    pub conditions: Vec<Condition>,
    /// Of a type only these fields.
    pub fields: Vec<(String, Vec<String>)>,
    /// What is answered besides.
    pub include: Vec<String>,
    /// Everything else, as it came.
    rest: Vec<(String, String)>,
}

impl Query {
    /// Reads the text behind the question mark.
    pub fn read(text: &str) -> Outcome<Self> {
        let mut query = Self {
            number: 1,
            size: DEFAULT_PAGE_SIZE,
            ..Self::default()
        };
        for (name, value) in pairs(text) {
            query.take(&name, &value)?;
        }
        let parts = query.sort.len()
            + query.conditions.len()
            + query.include.len()
            + query
                .fields
                .iter()
                .map(|(_, names)| names.len())
                .sum::<usize>();
        if parts > MAXIMUM_PARTS {
            return Err(wrong(
                "query",
                format!("{parts} conditions, columns and fields are more than {MAXIMUM_PARTS}"),
                "ask for less at a time",
            ));
        }
        Ok(query)
    }

    fn take(&mut self, name: &str, value: &str) -> Outcome<()> {
        let list = || {
            let parts = value.split(',').map(str::trim);
            parts.filter(|part| !part.is_empty()).map(str::to_string)
        };
        match (name, bracketed(name)) {
            ("page[number]", _) => self.number = number(name, value, MAXIMUM_PAGE_NUMBER)?,
            ("page[size]", _) => self.size = number(name, value, MAXIMUM_PAGE_SIZE)?,
            ("sort", _) => {
                let columns = list().map(|part| match part.strip_prefix('-') {
                    Some(column) => (column.to_string(), true),
                    None => (part.trim_start_matches('+').to_string(), false),
                });
                self.sort.extend(columns);
            }
            ("query", _) => self.conditions.extend(condition::read(value)?),
            ("include" | "included_relations", _) => self.include.extend(list()),
            (_, Some(("filter", column))) => {
                self.conditions
                    .push(Condition::one_of(column, list().collect()));
            }
            (_, Some(("fields", kind))) => self.fields.push((kind.to_string(), list().collect())),
            _ => self.rest.push((name.to_string(), value.to_string())),
        }
        Ok(())
    }

    /// The value of a parameter that only one resource has.
    pub fn take_own(&mut self, name: &str) -> Option<String> {
        let index = self.rest.iter().position(|(own, _)| own == name)?;
        Some(self.rest.remove(index).1)
    }

    /// Refuses what nobody asked for: a typing error must not be taken for an answer to it.
    pub fn refuse_rest(&self) -> Outcome<()> {
        match self.rest.first() {
            None => Ok(()),
            Some((name, _)) => Err(wrong(
                name,
                format!("there is no parameter {name:?} here"),
                "see docs/rest.md, or GET /api/openapi.json",
            )),
        }
    }

    /// Takes out the value of the one condition that a column equals something; none if there is none.
    pub fn take_equal(&mut self, column: &str) -> Option<String> {
        let is_it = |it: &Condition| it.equals(column).is_some();
        let index = self.conditions.iter().position(is_it)?;
        let condition = self.conditions.remove(index);
        condition.equals(column).map(str::to_string)
    }

    /// The columns that decide which items there are, and in which order.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let sorted = self.sort.iter().map(|(column, _)| column.as_str());
        let wanted = self.conditions.iter().map(Condition::column);
        sorted.chain(wanted)
    }

    /// Whether the fields of a type are only some, and this is none of them.
    pub fn leaves_out(&self, kind: &str, field: &str) -> bool {
        let chosen = self.fields.iter().filter(|(of, _)| of == kind);
        let mut chosen = chosen.peekable();
        chosen.peek().is_some() && !chosen.any(|(_, names)| names.iter().any(|it| it == field))
    }
}

/// The pairs of a text behind the question mark, decoded.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    let mut url = Url::parse("http://localhost/").expect("BUG: this is an address");
    url.set_query(Some(text));
    let pairs = url.query_pairs();
    pairs
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// `filter` and `column` of `filter[column]`.
fn bracketed(name: &str) -> Option<(&str, &str)> {
    let (family, rest) = name.split_once('[')?;
    let column = rest.strip_suffix(']')?;
    (!column.is_empty() && !column.contains(['[', ']'])).then_some((family, column))
}

fn number(name: &str, value: &str, most: usize) -> Outcome<usize> {
    let number = value
        .parse()
        .ok()
        .filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| {
        wrong(
            name,
            format!("{value:?} is not a number from 1 to {most}"),
            "give such a number, or leave it out",
        )
    })
}

/// A problem with a parameter.
pub fn wrong(name: &str, rule: impl Into<String>, fix: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, rule, fix).at(Place::Parameter(name.to_string()))
}

/// A text as a value that can be compared with a column.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Query {
        Query::read(text).unwrap_or_else(|problem| panic!("{text}: {}", problem.to_json()))
    }

    #[test]
    fn should_read_what_lists_are_asked_with() {
        let query = read(
            "page[number]=2&page%5Bsize%5D=10&sort=-name,id&include=executions&fields[task]=name",
        );
        assert_eq!((query.number, query.size), (2, 10));
        assert_eq!(query.sort, [("name".into(), true), ("id".into(), false)]);
        assert_eq!(query.include, ["executions"]);
        assert!(query.leaves_out("task", "schedule") && !query.leaves_out("task", "name"));
        assert!(!query.leaves_out("execution", "status"));
        let plain = read("");
        assert_eq!((plain.number, plain.size), (1, DEFAULT_PAGE_SIZE));
    }

    #[test]
    fn should_read_a_query_as_it_is_typed() {
        let typed = r#"query=[{"column":"event_type","operator":"is","value":"task"}]"#;
        assert_eq!(
            read(typed).take_equal("event_type").as_deref(),
            Some("task")
        );
        let coded = "query=%5B%7B%22column%22%3A%22name%22%2C%22operator%22%3A%22contains%22%2C%22value%22%3A%22x%22%7D%5D";
        assert_eq!(read(coded).conditions.len(), 1);
    }

    #[test]
    fn should_bound_what_is_asked_for() {
        for (text, is_taken) in [
            ("page[size]=500".to_string(), true),
            ("page[size]=501".to_string(), false),
            ("page[size]=0".to_string(), false),
            ("page[number]=10000".to_string(), true),
            ("page[number]=10001".to_string(), false),
            ("page[number]=x".to_string(), false),
            (format!("sort={}", vec!["a"; MAXIMUM_PARTS].join(",")), true),
            (
                format!("sort={}", vec!["a"; MAXIMUM_PARTS + 1].join(",")),
                false,
            ),
        ] {
            assert_eq!(Query::read(&text).is_ok(), is_taken, "{text}");
        }
    }

    #[test]
    fn should_refuse_parameters_that_nobody_asks_for() {
        let mut query = read("schedule=%40daily&pagesize=7");
        assert_eq!(query.take_own("schedule").as_deref(), Some("@daily"));
        let problem = query.refuse_rest().unwrap_err();
        assert_eq!(
            problem.to_json()["errors"][0]["source"]["parameter"],
            "pagesize"
        );
    }
}
