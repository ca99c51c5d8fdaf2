//! Which part of a list is answered, in which order: for lists that are read whole, and for those that the
//! scheduler gives by pages.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::document::{Answer, Resource};
use super::problem::Outcome;
use super::query::{Query, compare, wrong};
use crate::candid_json::near;
use crate::methods::Object;

/// Keeps of a whole list what the query asks for, in its order.
pub fn chosen(mut all: Vec<Resource>, query: &Query) -> Outcome<Vec<Resource>> {
    check_columns(&all, query)?;
    all.retain(|it| {
        let conditions = query.conditions.iter();
        conditions
            .clone()
            .all(|condition| condition.holds(column(it, condition.column()).as_ref()))
    });
    all.sort_by(|left, right| order(left, right, query));
    Ok(all)
}

/// The page that the query asks for, of a list that holds all that it chose.
pub fn page_of(chosen: Vec<Resource>, query: &Query, path: &str, text: &str) -> Answer {
    let total = chosen.len();
    let from = (query.number - 1).saturating_mul(query.size);
    let page: Vec<_> = chosen.into_iter().skip(from).take(query.size).collect();
    with_place(page, total, query, path, text)
}

/// A page, with where it stands in a list of so many.
pub fn with_place(
    page: Vec<Resource>,
    total: usize,
    query: &Query,
    path: &str,
    text: &str,
) -> Answer {
    let last = total.div_ceil(query.size).max(1);
    let from = (query.number - 1).saturating_mul(query.size);
    let at = |number: usize| json!(format!("{path}?{}", with_number(text, number)));
    let mut links = Object::new();
    links.insert("self".into(), at(query.number));
    links.insert("first".into(), at(1));
    links.insert("last".into(), at(last));
    let beside = |is_there: bool, number: usize| match is_there {
        true => at(number),
        false => Value::Null,
    };
    links.insert(
        "prev".into(),
        beside(query.number > 1, query.number.min(last + 1) - 1),
    );
    links.insert("next".into(), beside(query.number < last, query.number + 1));
    let place = json!({
        "current_page": query.number,
        "per_page": query.size,
        "from": from,
        "to": from + page.len(),
        "last_page": last,
        "total": total,
    });
    Answer::many(page)
        .with_links(links)
        .with_meta("page", place)
}

/// The text behind the question mark for another page.
fn with_number(text: &str, number: usize) -> String {
    let pairs = super::query::pairs(text);
    let others = pairs.iter().filter(|(name, _)| name != "page[number]");
    let mut parts: Vec<_> = others
        .map(|(name, value)| {
            let (name, value) = (
                super::document::encoded(name),
                super::document::encoded(value),
            );
            format!("{name}={value}")
        })
        .collect();
    parts.push(format!("page%5Bnumber%5D={number}"));
    parts.join("&")
}

/// The value of a column: the id, an attribute, or what is within one behind a dot.
fn column(resource: &Resource, name: &str) -> Option<Value> {
    if name == "id" || name == "reference_id" {
        return Some(json!(resource.id));
    }
    let mut parts = name.split('.');
    let mut value = resource.attributes.get(parts.next()?)?;
    for part in parts {
        value = value.get(part)?;
    }
    Some(value.clone())
}

/// A column that no item has is a typing error. An empty list has no columns to check against.
fn check_columns(all: &[Resource], query: &Query) -> Outcome<()> {
    let Some(first) = all.first() else {
        return Ok(());
    };
    for name in query.columns() {
        let head = name.split('.').next().unwrap_or_default();
        let is_known = matches!(head, "id" | "reference_id")
            || all.iter().any(|it| it.attributes.contains_key(head));
        if !is_known {
            let names: Vec<_> = first.attributes.keys().map(String::as_str).collect();
            let close = near(head, &names);
            let shown = if close.is_empty() { names } else { close };
            return Err(wrong(
                "query",
                format!(
                    "there is no column {name:?}; there are id, {}",
                    shown.join(", ")
                ),
                "name one of these",
            ));
        }
    }
    Ok(())
}

fn order(left: &Resource, right: &Resource, query: &Query) -> Ordering {
    for (name, falls) in &query.sort {
        let order = match (column(left, name), column(right, name)) {
            (Some(left), Some(right)) if !left.is_null() && !right.is_null() => {
                compare(&left, &right)
            }
            (left, right) => left
                .is_some_and(|it| !it.is_null())
                .cmp(&right.is_some_and(|it| !it.is_null())),
        };
        let order = if *falls { order.reverse() } else { order };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(id: u64, name: &str) -> Resource {
        let attributes = Object::from_iter([
            ("name".to_string(), json!(name)),
            ("size".to_string(), json!({ "of": id % 3 })),
        ]);
        Resource::new("task", id.to_string(), attributes)
    }

    fn ids(text: &str) -> Vec<String> {
        let all = (1..=12)
            .map(|id| resource(id, &format!("n{}", id % 2)))
            .collect();
        let query = Query::read(text).unwrap_or_default();
        let chosen = chosen(all, &query).unwrap_or_default();
        let answer = page_of(chosen, &query, "/api/task", text);
        answer.resources().iter().map(|it| it.id.clone()).collect()
    }

    #[test]
    fn should_sort_by_what_a_column_is_and_keep_the_order_of_equals() {
        assert_eq!(ids("sort=-id&page[size]=3"), ["12", "11", "10"]);
        assert_eq!(ids("sort=name,-id&page[size]=3"), ["12", "10", "8"]);
        assert_eq!(
            ids("filter[size.of]=0&page[size]=2&page[number]=2"),
            ["9", "12"]
        );
        assert!(ids("page[number]=9").is_empty());
    }

    #[test]
    fn should_lead_to_the_pages_around_it() {
        let all: Vec<_> = (1..=5).map(|id| resource(id, "x")).collect();
        let text = "page[size]=2&filter[name]=x&page[number]=2";
        let query = Query::read(text).unwrap_or_default();
        let answer = page_of(all, &query, "/api/task", text);
        let document = answer.response(&query, "application/json");
        let body = futures::executor::block_on(axum::body::to_bytes(document.into_body(), 1 << 20));
        let document: Value = serde_json::from_slice(&body.unwrap_or_default()).unwrap_or_default();
        let rest = "page%5Bsize%5D=2&filter%5Bname%5D=x&page%5Bnumber%5D";
        for (name, number) in [
            ("self", 2),
            ("first", 1),
            ("prev", 1),
            ("next", 3),
            ("last", 3),
        ] {
            assert_eq!(
                document["links"][name],
                format!("/api/task?{rest}={number}"),
                "{name}"
            );
        }
        assert_eq!(document["meta"]["page"]["total"], 5);
    }

    #[test]
    fn should_refuse_a_column_that_there_is_not() {
        let query = Query::read("sort=nam").unwrap_or_default();
        let problem = chosen(vec![resource(1, "x")], &query).unwrap_err();
        assert!(
            problem.error().rule().contains("name"),
            "{}",
            problem.error()
        );
    }
}
