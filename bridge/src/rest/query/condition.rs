//! What an item of a list has to fulfil: `query=[{"column", "operator", "value"}]`.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::super::problem::Outcome;
use super::{text, wrong};
use crate::candid_json::near;
use crate::words::instant;

/// How a column is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Is,
    IsNot,
    Contains,
    BeginsWith,
    EndsWith,
    Less,
    AtMost,
    More,
    AtLeast,
    AnyOf,
    NoneOf,
    IsEmpty,
    IsNotEmpty,
}

/// The names of the operators, without regard to case.
const OPERATORS: [(&str, Operator); 32] = [
    ("is", Operator::Is),
    ("eq", Operator::Is),
    ("=", Operator::Is),
    ("==", Operator::Is),
    ("is not", Operator::IsNot),
    ("not", Operator::IsNot),
    ("neq", Operator::IsNot),
    ("!=", Operator::IsNot),
    ("contains", Operator::Contains),
    ("like", Operator::Contains),
    ("ilike", Operator::Contains),
    ("begins with", Operator::BeginsWith),
    ("ends with", Operator::EndsWith),
    ("before", Operator::Less),
    ("less then", Operator::Less),
    ("less than", Operator::Less),
    ("lt", Operator::Less),
    ("<", Operator::Less),
    ("lte", Operator::AtMost),
    ("<=", Operator::AtMost),
    ("after", Operator::More),
    ("more then", Operator::More),
    ("more than", Operator::More),
    ("gt", Operator::More),
    (">", Operator::More),
    ("gte", Operator::AtLeast),
    (">=", Operator::AtLeast),
    ("in", Operator::AnyOf),
    ("any of", Operator::AnyOf),
    ("none of", Operator::NoneOf),
    ("is empty", Operator::IsEmpty),
    ("is not empty", Operator::IsNotEmpty),
];

/// A column, how it is compared, and with what.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    column: String,
    operator: Operator,
    values: Vec<Value>,
}

impl Condition {
    /// That a column is one of these.
    pub fn one_of(column: &str, values: Vec<String>) -> Self {
        Self {
            column: column.to_string(),
            operator: Operator::AnyOf,
            values: values.into_iter().map(Value::String).collect(),
        }
    }

    /// The column.
    pub fn column(&self) -> &str {
        &self.column
    }

    /// What this column has to equal, if that is the condition.
    pub fn equals(&self, column: &str) -> Option<&str> {
        let is_equality = matches!(self.operator, Operator::Is | Operator::AnyOf);
        match self.values.as_slice() {
            [Value::String(value)] if is_equality && self.column == column => Some(value),
            _ => None,
        }
    }

    /// What this column has to be more than, if that is the condition.
    pub fn more_than(&self, column: &str) -> Option<u64> {
        match self.values.as_slice() {
            [value] if self.operator == Operator::More && self.column == column => {
                text(value)?.parse().ok()
            }
            _ => None,
        }
    }

    /// Whether a value fulfils it; none is a value that is not there.
    pub fn holds(&self, value: Option<&Value>) -> bool {
        let value = value.filter(|value| !value.is_null());
        let own = value.and_then(text).unwrap_or_default();
        let first = self.values.first();
        let other = first.and_then(text).unwrap_or_default();
        let low = (own.to_lowercase(), other.to_lowercase());
        let any = || self.values.iter().any(|other| is_equal(value, other));
        let order = |wanted: &[Ordering]| {
            let order = value.zip(first).map(|(value, first)| compare(value, first));
            order.is_some_and(|order| wanted.contains(&order))
        };
        match self.operator {
            Operator::Is | Operator::AnyOf => any(),
            Operator::IsNot | Operator::NoneOf => !any(),
            Operator::Contains => low.0.contains(low.1.trim_matches('%')),
            Operator::BeginsWith => low.0.starts_with(&low.1),
            Operator::EndsWith => low.0.ends_with(&low.1),
            Operator::Less => order(&[Ordering::Less]),
            Operator::AtMost => order(&[Ordering::Less, Ordering::Equal]),
            Operator::More => order(&[Ordering::Greater]),
            Operator::AtLeast => order(&[Ordering::Greater, Ordering::Equal]),
            Operator::IsEmpty => value.is_none_or(|value| text(value).is_some() && own.is_empty()),
            Operator::IsNotEmpty => {
                value.is_some_and(|value| text(value).is_none() || !own.is_empty())
            }
        }
    }
}

fn is_equal(value: Option<&Value>, other: &Value) -> bool {
    match (value, other) {
        (None, other) => other.is_null(),
        (Some(value), other) => compare(value, other) == Ordering::Equal,
    }
}

/// The order of two values: numbers and instants by what they are, everything else as text.
pub fn compare(left: &Value, right: &Value) -> Ordering {
    let (left, right) = (
        text(left).unwrap_or_default(),
        text(right).unwrap_or_default(),
    );
    if let (Ok(left), Ok(right)) = (left.parse::<i128>(), right.parse::<i128>()) {
        return left.cmp(&right);
    }
    if let (Ok(left), Ok(right)) = (left.parse::<f64>(), right.parse::<f64>()) {
        return left.total_cmp(&right);
    }
    if let (Some(left), Some(right)) = (instant(&left), instant(&right)) {
        return left.cmp(&right);
    }
    left.cmp(&right)
}

/// Reads the text of the parameter `query`.
pub fn read(text: &str) -> Outcome<Vec<Condition>> {
    let parsed: Result<Value, _> = serde_json::from_str(text);
    match parsed {
        Ok(Value::Array(items)) => items.iter().map(one).collect(),
        Ok(item @ Value::Object(_)) => Ok(vec![one(&item)?]),
        Ok(_) | Err(_) => Err(malformed(
            "it is not a list of conditions in JSON".to_string(),
        )),
    }
}

fn one(item: &Value) -> Outcome<Condition> {
    let none = Map::new();
    let members = item.as_object().unwrap_or(&none);
    let named = |name: &str| members.get(name).and_then(Value::as_str);
    let column = named("column").ok_or_else(|| malformed("a condition has no column".into()))?;
    let operator = named("operator").unwrap_or("is").trim().to_lowercase();
    let found = OPERATORS.iter().find(|(name, _)| *name == operator);
    let Some((_, operator)) = found else {
        let names: Vec<_> = OPERATORS.iter().map(|(name, _)| *name).collect();
        let close = near(&operator, &names);
        let shown = if close.is_empty() { names } else { close };
        return Err(malformed(format!(
            "there is no operator {operator:?}; there are {}",
            shown.join(", ")
        )));
    };
    let values = match members.get("value") {
        Some(Value::Array(values)) => values.clone(),
        Some(value) => vec![value.clone()],
        None => vec![Value::Null],
    };
    Ok(Condition {
        column: column.to_string(),
        operator: *operator,
        values,
    })
}

fn malformed(rule: String) -> super::Problem {
    wrong(
        "query",
        rule,
        "write it as [{\"column\":\"name\",\"operator\":\"is\",\"value\":\"x\"}]",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(operator: &str, wanted: Value, value: &Value) -> bool {
        let text = json!([{ "column": "x", "operator": operator, "value": wanted }]).to_string();
        let conditions = read(&text).unwrap_or_else(|problem| panic!("{}", problem.to_json()));
        conditions[0].holds(Some(value))
    }

    #[test]
    fn should_compare_as_the_operator_says() {
        for (operator, wanted, value, expected) in [
            ("is", json!("a"), json!("a"), true),
            ("is", json!("a"), json!("b"), false),
            ("is", json!(true), json!(true), true),
            ("is", json!("7"), json!(7), true),
            ("is not", json!("a"), json!("b"), true),
            ("Contains", json!("ORT"), json!("report"), true),
            ("like", json!("%ort%"), json!("report"), true),
            ("begins with", json!("re"), json!("report"), true),
            ("ends with", json!("re"), json!("report"), false),
            ("lt", json!(10), json!("9"), true),
            (">=", json!("10"), json!(10), true),
            ("in", json!(["a", "b"]), json!("b"), true),
            ("none of", json!(["a", "b"]), json!("b"), false),
            ("is empty", json!(null), json!(null), true),
            ("is empty", json!(null), json!(""), true),
            ("is not empty", json!(null), json!([1]), true),
            // Half a second later, though the text comes before.
            (
                "after",
                json!("2026-01-01T00:00:00Z"),
                json!("2026-01-01T00:00:00.5Z"),
                true,
            ),
            ("after", json!("2026-01-01T00:00:00Z"), json!(null), false),
        ] {
            let found = holds(operator, wanted.clone(), &value);
            assert_eq!(found, expected, "{value} {operator} {wanted}");
        }
    }

    #[test]
    fn should_refuse_what_is_no_condition() {
        for text in [
            "",
            "x",
            "[1]",
            "7",
            "[{\"operator\":\"is\"}]",
            "[{\"column\":\"x\",\"operator\":\"matches\"}]",
        ] {
            let problem = read(text).unwrap_err();
            let body = problem.to_json();
            assert_eq!(body["errors"][0]["source"]["parameter"], "query", "{text}");
            assert_eq!(body["errors"][0]["status"], "400", "{text}");
        }
    }
}
