//! The text of the file: read into settings with the lines they stand in, and changed so that
//! comments and order stay as they are.

use std::path::Path;

use toml_edit::{Document, DocumentMut, Item, Table, Value};

use super::Key;
use crate::error::{Error, Kind, Result};

/// A setting as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its key.
    pub key: Key,
    /// Its value.
    pub value: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// The settings in `text`, which is the content of `path`, in their order.
///
/// # Errors
/// `Usage` with file, line, key, rule and way out at the first fault.
pub(super) fn read(path: &Path, text: &str) -> Result<Vec<Setting>> {
    let document = Document::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        fault(
            path,
            line,
            None,
            error.message(),
            "write TOML: name = \"value\", below [networks.NAME] or [identities.NAME]",
        )
    })?;
    let mut settings = Vec::new();
    let reader = Reader { path, text };
    reader.table(document.as_table(), &mut Vec::new(), &mut settings)?;
    Ok(settings)
}

/// Walks through the tables of a file.
struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Reader<'_> {
    fn table(
        &self,
        table: &Table,
        above: &mut Vec<String>,
        settings: &mut Vec<Setting>,
    ) -> Result<()> {
        for (name, item) in table {
            let line = self.line(table, name);
            above.push(name.to_string());
            self.item(item, line, above, settings)?;
            above.pop();
        }
        Ok(())
    }

    fn item(
        &self,
        item: &Item,
        line: usize,
        place: &mut Vec<String>,
        settings: &mut Vec<Setting>,
    ) -> Result<()> {
        let key = Key::joined(place);
        match item {
            Item::Table(table) if place.len() <= MOST_TABLES => {
                self.named(&key, place, line)?;
                self.table(table, place, settings)
            }
            Item::Value(Value::InlineTable(table)) if place.len() <= MOST_TABLES => {
                self.named(&key, place, line)?;
                self.table(&table.clone().into_table(), place, settings)
            }
            Item::Value(Value::String(value)) => {
                let value = value.value().clone();
                if let Some((rule, fix)) = key.fault_of(&value) {
                    return Err(fault(self.path, line, Some(&key), &rule, &fix));
                }
                settings.push(Setting { key, value, line });
                Ok(())
            }
            _ if key.fault_of("").is_some_and(|found| found == key.unknown()) => {
                let (rule, fix) = key.unknown();
                Err(fault(self.path, line, Some(&key), &rule, &fix))
            }
            _ => Err(fault(
                self.path,
                line,
                Some(&key),
                "the value must be a string",
                "put it in quotes",
            )),
        }
    }

    /// Refuses a table that can hold no setting, even if it is empty.
    fn named(&self, key: &Key, place: &[String], line: usize) -> Result<()> {
        let known = match place {
            [top] => matches!(top.as_str(), "networks" | "identities"),
            _ => key.is_removable(),
        };
        match known {
            true => Ok(()),
            false => {
                let (rule, fix) = key.unknown();
                Err(fault(self.path, line, Some(key), &rule, &fix))
            }
        }
    }

    fn line(&self, table: &Table, name: &str) -> usize {
        let item = table.get(name).and_then(Item::span);
        let key = table.key(name).and_then(toml_edit::Key::span);
        let span = key.or(item);
        span.map_or(1, |span| line_of(self.text, span.start))
    }
}

/// `networks` and `networks.NAME` are tables, what is below is a setting.
const MOST_TABLES: usize = 2;

fn line_of(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    before.bytes().filter(|byte| *byte == b'\n').count() + 1
}

fn fault(path: &Path, line: usize, key: Option<&Key>, rule: &str, fix: &str) -> Error {
    let place = match key {
        Some(key) => format!("{}:{line}: {key}", path.display()),
        None => format!("{}:{line}", path.display()),
    };
    Error::new(Kind::Usage, rule, fix).at(place)
}

/// The text with a setting made or changed. Everything else, comments too, stays as it is.
pub(super) fn with(text: &str, key: &Key, value: &str) -> Result<String> {
    let mut document = editable(text)?;
    let parts = key.parts();
    let (name, tables) = parts.split_last().expect("BUG: a key has a part");
    let mut table = document.as_table_mut();
    for (depth, part) in tables.iter().enumerate() {
        let entry = table.entry(part).or_insert_with(|| {
            let mut made = Table::new();
            // Only the innermost table gets a header of its own.
            made.set_implicit(depth + 1 < tables.len());
            Item::Table(made)
        });
        if let Item::Value(Value::InlineTable(inline)) = entry {
            *entry = Item::Table(inline.clone().into_table());
        }
        table = entry.as_table_mut().expect("BUG: the file was checked");
    }
    match table.get_mut(name).and_then(Item::as_value_mut) {
        Some(present) => {
            let decor = present.decor().clone();
            *present = Value::from(value);
            *present.decor_mut() = decor;
        }
        None => {
            table.insert(name, toml_edit::value(value));
        }
    }
    Ok(document.to_string())
}

/// The text without a setting, or without the table of a name; `None` if it is not there.
pub(super) fn without(text: &str, key: &Key) -> Result<Option<String>> {
    let mut document = editable(text)?;
    let parts = key.parts();
    let (name, tables) = parts.split_last().expect("BUG: a key has a part");
    let mut table: &mut dyn toml_edit::TableLike = document.as_table_mut();
    for part in tables {
        match table.get_mut(part).and_then(Item::as_table_like_mut) {
            Some(below) => table = below,
            None => return Ok(None),
        }
    }
    match table.remove(name) {
        Some(_) => Ok(Some(document.to_string())),
        None => Ok(None),
    }
}

fn editable(text: &str) -> Result<DocumentMut> {
    text.parse().map_err(|error: toml_edit::TomlError| {
        Error::new(
            Kind::Usage,
            error.message().to_string(),
            "fix the file by hand first",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# My networks.
network = \"prod\" # the real one

[networks.prod]
# By the operator.
url = \"ic\"
canister = \"ryjl3-tyaaa-aaaaa-aaaba-cai\"

[identities]
me = { source = \"icp:me\" }
";

    fn settings(text: &str) -> Result<Vec<Setting>> {
        read(Path::new("c.toml"), text)
    }

    fn key(text: &str) -> Key {
        text.parse().unwrap()
    }

    #[test]
    fn should_read_settings_with_their_lines() {
        let found: Vec<_> = settings(TEXT)
            .unwrap()
            .into_iter()
            .map(|setting| (setting.key.to_string(), setting.value, setting.line))
            .collect();
        let expected = [
            ("network", "prod", 2),
            ("networks.prod.url", "ic", 6),
            ("networks.prod.canister", "ryjl3-tyaaa-aaaaa-aaaba-cai", 7),
            ("identities.me.source", "icp:me", 10),
        ]
        .map(|(key, value, line)| (key.to_string(), value.to_string(), line));
        assert_eq!(found, expected);
    }

    #[test]
    fn should_name_file_line_key_rule_and_way_out() {
        for (text, place, rule, fix) in [
            (
                "\nnetwrok = \"ic\"",
                "c.toml:2: netwrok",
                "no such setting",
                "network",
            ),
            ("network = 3", "c.toml:1: network", "a string", "quotes"),
            ("network = [1]", "c.toml:1: network", "a string", "quotes"),
            (
                "[networks.\"a b\"]\nurl = \"ic\"",
                "c.toml:1: networks.a b",
                "not a name",
                "letters",
            ),
            (
                "[other]",
                "c.toml:1: other",
                "no such setting",
                "choose one of",
            ),
            (
                "[networks.x]\n\ncanister = \"x\"",
                "c.toml:3: networks.x.canister",
                "not the id",
                "ryjl3",
            ),
            (
                "[networks.x.y]\nz = \"\"",
                "c.toml:1: networks.x.y",
                "no such setting",
                "did you mean",
            ),
            ("network = \"ic", "c.toml:1", "", "TOML"),
            (
                "network = \"a\"\nnetwork = \"b\"",
                "c.toml:2",
                "duplicate",
                "TOML",
            ),
        ] {
            let error = settings(text).unwrap_err();
            assert_eq!(error.field(), Some(place), "{text}");
            assert!(error.rule().contains(rule), "{text}: {}", error.rule());
            assert!(error.fix().contains(fix), "{text}: {}", error.fix());
            assert_eq!(error.exit_code(), 2);
        }
    }

    #[test]
    fn should_change_a_value_and_keep_comments() {
        let text = with(TEXT, &key("network"), "local").unwrap();
        assert_eq!(text, TEXT.replace("\"prod\" #", "\"local\" #"));
        let text = with(&text, &key("networks.prod.url"), "http://127.0.0.1:1").unwrap();
        assert!(text.contains("# By the operator.\nurl = \"http://127.0.0.1:1\"\n"));
    }

    #[test]
    fn should_make_what_is_not_there() {
        let text = with("", &key("networks.prod.url"), "ic").unwrap();
        assert_eq!(text, "[networks.prod]\nurl = \"ic\"\n");
        let text = with(&text, &key("networks.prod.root_key"), "fetch").unwrap();
        let text = with(&text, &key("identity"), "a\"b").unwrap();
        let values: Vec<_> = settings(&text)
            .unwrap()
            .into_iter()
            .map(|setting| setting.value)
            .collect();
        assert_eq!(values, ["a\"b", "ic", "fetch"]);
        let text = with(TEXT, &key("identities.me.password_file"), "p").unwrap();
        assert_eq!(settings(&text).unwrap().len(), 5);
    }

    #[test]
    fn should_remove_a_setting_or_all_of_a_name() {
        let text = without(TEXT, &key("networks.prod.url")).unwrap().unwrap();
        assert_eq!(settings(&text).unwrap().len(), 3);
        let text = without(&text, &key("networks.prod")).unwrap().unwrap();
        assert!(!text.contains("networks.prod"), "{text}");
        assert!(text.starts_with("# My networks.\n"));
        assert_eq!(without(&text, &key("networks.prod")).unwrap(), None);
        assert_eq!(without(TEXT, &key("state")).unwrap(), None);
    }
}
