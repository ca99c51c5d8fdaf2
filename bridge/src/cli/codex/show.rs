//! Codices in a table, and one with its code.

use chime_types::{Codex, CodexPage, CodexResult, CodexVersion, ListCodicesResult};

use crate::cli::record::{Record, list_json};
use crate::terminal::{Page, Table, counted, harmless, one_line, pairs};

/// Most characters of a text in a table.
const MAXIMUM_TEXT: usize = 80;
/// Digits of a checksum in a table.
const DIGITS: usize = 12;

/// Codices: the caller's own, then those for all owners.
#[must_use]
pub fn codices(codices: Vec<Codex>) -> Record {
    let json = list_json("list_codices", "codices", &codices, |codices| {
        ListCodicesResult::Ok(CodexPage {
            codices,
            next_cursor: None,
        })
    });
    Record::of(json, move |page| {
        if codices.is_empty() {
            return "No codices. `chime codex put FILE.py` stores one.".into();
        }
        let columns = ["CODEX", "VERSION", "FOR", "BYTES", "STORED", "DESCRIPTION"];
        let mut table = Table::new(page, &columns).spare(&["BYTES", "DESCRIPTION"]);
        for codex in &codices {
            table.row([
                codex.name.as_str().into(),
                codex.version.number.to_string().into(),
                whose(codex).into(),
                codex.version.bytes.to_string().into(),
                page.clock.cell(codex.version.stored_at),
                one_line(&codex.description, MAXIMUM_TEXT).into(),
            ]);
        }
        let count = match codices.len() {
            1 => "1 codex".to_string(),
            count => format!("{count} codices"),
        };
        format!("{}\n\n{count}", table.render())
    })
}

const fn whose(codex: &Codex) -> &'static str {
    if codex.shared { "all" } else { "me" }
}

/// A codex that was stored, or rolled back.
#[must_use]
pub fn stored_codex(method: &str, codex: Codex) -> Record {
    let result = CodexResult::Ok(codex.clone());
    Record::new(method, &result, move |_| {
        let version = &codex.version;
        let from = version.rolled_back_to.map_or_else(String::new, |number| {
            format!(", with the code of version {number}")
        });
        format!(
            "Codex {} is stored as version {}{from}, {}.",
            codex.name,
            version.number,
            short(version)
        )
    })
}

fn short(version: &CodexVersion) -> &str {
    let length = "sha256:".len() + DIGITS;
    version.checksum.get(..length).unwrap_or(&version.checksum)
}

/// The code of a codex alone.
#[must_use]
pub fn source(codex: Codex) -> Record {
    let result = CodexResult::Ok(codex.clone());
    Record::new("get_codex", &result, move |_| {
        codex.code.clone().unwrap_or_default()
    })
}

/// A codex with all that is known of it.
#[must_use]
pub fn codex_details(codex: Codex) -> Record {
    let result = CodexResult::Ok(codex.clone());
    Record::new("get_codex", &result, move |page| {
        let code = codex.code.as_deref().unwrap_or_default();
        let facts = pairs(&facts(&codex, page));
        format!("{facts}\n\nCode\n{}", numbered(code))
    })
}

fn facts(codex: &Codex, page: &Page<'_>) -> Vec<(&'static str, String)> {
    let version = &codex.version;
    let number = match version.number == codex.present_version {
        true => version.number.to_string(),
        false => format!("{} of {}", version.number, codex.present_version),
    };
    let mut facts = vec![
        ("Codex", codex.name.clone()),
        ("Version", number),
        ("For", whose(codex).to_string()),
        ("Bytes", version.bytes.to_string()),
        ("Checksum", version.checksum.clone()),
        ("Stored", page.clock.both(version.stored_at)),
        ("By", version.stored_by.to_text()),
        ("Compiled", yes(version.is_checked).to_string()),
    ];
    let mut fact = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    fact("From", version.url.clone());
    let description = one_line(&codex.description, MAXIMUM_TEXT);
    fact(
        "Description",
        (!description.is_empty()).then_some(description),
    );
    let uses = codex.used_by.iter().map(u64::to_string).collect::<Vec<_>>();
    fact("Tasks", (!uses.is_empty()).then(|| uses.join(", ")));
    facts
}

const fn yes(is_checked: bool) -> &'static str {
    if is_checked { "yes" } else { "not yet" }
}

/// Code with the numbers of its lines, as tracebacks name them.
fn numbered(code: &str) -> String {
    let width = code.lines().count().to_string().len();
    let lines = code.lines().enumerate();
    let lines = lines.map(|(index, line)| format!("  {:>width$}  {}", index + 1, harmless(line)));
    lines.collect::<Vec<_>>().join("\n")
}

/// The versions of a codex, the newest first.
#[must_use]
pub fn versions(codex: Codex) -> Record {
    let result = CodexResult::Ok(codex.clone());
    Record::new("get_codex", &result, move |page| {
        let columns = ["VERSION", "STORED", "BYTES", "CHECKSUM", "COMPILED", "FROM"];
        let mut table = Table::new(page, &columns).spare(&["COMPILED"]);
        for version in &codex.versions {
            table.row([
                version.number.to_string().into(),
                page.clock.cell(version.stored_at),
                version.bytes.to_string().into(),
                short(version).into(),
                yes(version.is_checked).into(),
                origin(version).into(),
            ]);
        }
        let count = counted(codex.versions.len(), "version");
        format!("{}\n\n{count}, newest first", table.render())
    })
}

fn origin(version: &CodexVersion) -> String {
    match (version.rolled_back_to, &version.url) {
        (Some(number), _) => format!("version {number}"),
        (None, Some(url)) => one_line(url, MAXIMUM_TEXT),
        (None, None) => "-".into(),
    }
}
