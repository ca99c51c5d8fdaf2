//! Files of Python as codices: a program, and what lies beside it that it imports.
//!
//! What a program imports is looked for where Python would: beside the file that imports it, and, since
//! codices are often kept together, in a directory `codices` there. What is not there is in the library, or
//! stored already, or missing: that shows when it runs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use chime_types::{Action, limits};

use super::{Finding, Outcome, Refusal};

/// Where codices are kept together.
const DIRECTORY: &str = "codices";

/// A file of Python, as the codex that it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodexFile {
    /// The name of the codex: the file's, without its ending.
    pub name: String,
    /// The file.
    pub file: PathBuf,
    /// What it holds.
    pub code: String,
}

/// Whether the name of a file says that it is Python.
#[must_use]
pub fn is_python(file: &str) -> bool {
    let extension = Path::new(file).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("py"))
}

/// A program and what it imports, each once, the program last: until then nothing of it runs.
///
/// # Errors
/// Which file cannot be read or is too large, or that there are too many.
pub fn program(file: &Path) -> Result<Vec<CodexFile>, Refusal> {
    let mut known = BTreeSet::new();
    let mut open = VecDeque::from([file.to_path_buf()]);
    let mut found: Vec<CodexFile> = Vec::new();
    while let Some(file) = open.pop_front() {
        let codex = read_codex(&file)?;
        if !known.insert(codex.name.clone()) {
            continue;
        }
        if found.len() > limits::MAXIMUM_MODULES {
            return Err(Refusal::new(
                format!(
                    "{} is one file too many: a program imports at most {} codices",
                    file.display(),
                    limits::MAXIMUM_MODULES
                ),
                "Put some of them together.",
            ));
        }
        for name in imported(&codex.code) {
            if !known.contains(name) {
                open.extend(beside(&codex.file, name));
            }
        }
        found.push(codex);
    }
    found.reverse();
    Ok(found)
}

/// The file of a module, looked for from the one that imports it.
fn beside(importer: &Path, name: &str) -> Option<PathBuf> {
    let directory = importer.parent().unwrap_or(Path::new(""));
    let file = format!("{name}.py");
    let places = [directory.join(&file), directory.join(DIRECTORY).join(&file)];
    places.into_iter().find(|place| place.is_file())
}

/// A file alone, without what it imports.
///
/// # Errors
/// As [`program`].
pub fn read_codex(file: &Path) -> Result<CodexFile, Refusal> {
    let shown = file.display();
    let refuse = |rule: String| Refusal::new(rule, "Check the path and the file.");
    let unreadable = |error| refuse(format!("cannot read {shown}: {error}"));
    let bytes = std::fs::metadata(file).map_err(unreadable)?.len();
    let most = limits::MAXIMUM_CODEX_BYTES;
    if bytes > most as u64 {
        return Err(Refusal::new(
            format!("{shown} has {bytes} bytes, and a codex at most {most}"),
            "Move a part of it into a module beside it.",
        ));
    }
    let bytes = std::fs::read(file).map_err(unreadable)?;
    let code =
        String::from_utf8(bytes).map_err(|_| refuse(format!("{shown} is not text in UTF-8")))?;
    if code.trim().is_empty() {
        return Err(refuse(format!("{shown} is empty")));
    }
    let name = file.file_stem().unwrap_or_default();
    Ok(CodexFile {
        name: name.to_string_lossy().into_owned(),
        file: file.to_path_buf(),
        code,
    })
}

/// The first names of the modules that statements at the beginning of a line, or behind a `;`, import.
fn imported(code: &str) -> Vec<&str> {
    let statements = code.lines().flat_map(|line| line.split(';'));
    let first = |name: &'_ str| -> Option<usize> {
        let is_word = |character: char| character.is_alphanumeric() || character == '_';
        let end = name.find(|character| !is_word(character));
        Some(end.unwrap_or(name.len())).filter(|end| *end > 0)
    };
    let mut names = Vec::new();
    for statement in statements.map(str::trim) {
        let listed = match statement.split_once(char::is_whitespace) {
            Some(("import", listed)) => listed.split(',').collect(),
            Some(("from", module)) => vec![module],
            _ => Vec::new(),
        };
        let listed = listed.into_iter().map(str::trim_start);
        names.extend(listed.filter_map(|name| first(name).map(|end| &name[..end])));
    }
    names
}

/// Takes up the files that the steps of a task name, if they lie in `directory`.
pub(super) fn take_up(finding: &mut Finding, directory: &Path) {
    let Outcome::Task(declaration) = &mut finding.outcome else {
        return;
    };
    let mut refused = None;
    for (index, step) in declaration.request.steps.iter_mut().enumerate() {
        let Action::Codex {
            name, code: None, ..
        } = &mut step.action
        else {
            continue;
        };
        let place = directory.join(&*name);
        if !is_python(name) || !place.is_file() {
            continue;
        }
        match program(&place) {
            Ok(codices) => {
                *name = codices
                    .last()
                    .map_or_else(String::new, |codex| codex.name.clone());
                for codex in codices {
                    if !finding.codices.contains(&codex) {
                        finding.codices.push(codex);
                    }
                }
            }
            Err(refusal) => {
                refused = Some(Refusal {
                    field: Some(format!("steps[{index}]")),
                    ..refusal
                });
                break;
            }
        }
    }
    if let Some(refusal) = refused {
        finding.outcome = Outcome::Refused(refusal);
    }
}

/// Refuses tasks whose codices have the names of others with another content.
pub(super) fn check(findings: &mut [Finding]) {
    let mut known: BTreeMap<String, CodexFile> = BTreeMap::new();
    for finding in findings {
        let clash = finding.codices.iter().find_map(|codex| {
            let other = known.get(&codex.name)?;
            (other.code != codex.code).then(|| clash(codex, other))
        });
        if let Some(refusal) = clash {
            finding.outcome = Outcome::Refused(refusal);
            finding.codices.clear();
            continue;
        }
        let codices = finding.codices.iter();
        known.extend(codices.map(|codex| (codex.name.clone(), codex.clone())));
    }
}

fn clash(codex: &CodexFile, other: &CodexFile) -> Refusal {
    Refusal::new(
        format!(
            "{} and {} are different programs of one name, `{}`",
            other.file.display(),
            codex.file.display(),
            codex.name
        ),
        "Give one of them another name: a codex has the name of its file.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(directory: &Path, files: &[(&str, &str)]) {
        for (name, text) in files {
            let place = directory.join(name);
            std::fs::create_dir_all(place.parent().unwrap()).unwrap();
            std::fs::write(place, text).unwrap();
        }
    }

    fn names(codices: &[CodexFile]) -> Vec<&str> {
        codices.iter().map(|codex| codex.name.as_str()).collect()
    }

    #[test]
    fn should_find_what_is_imported() {
        for (code, expected) in [
            ("import json", vec!["json"]),
            ("import a, b.c as d", vec!["a", "b"]),
            ("def f():\n    from ggg import User", vec!["ggg"]),
            ("x = 1; import late", vec!["late"]),
            ("from . import x", vec![]),
            ("important = 1\nfrom_x = 2\n# import no", vec![]),
        ] {
            assert_eq!(imported(code), expected, "{code}");
        }
    }

    #[test]
    fn should_gather_a_program_and_what_lies_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        write(
            directory.path(),
            &[
                ("task.py", "import json\nimport ggg, helper\nimport task"),
                ("helper.py", "import ggg"),
                ("codices/ggg.py", "import inner"),
                ("codices/inner.py", "x = 1"),
                ("unused.py", "x = 1"),
            ],
        );
        let found = program(&directory.path().join("task.py")).unwrap();
        assert_eq!(names(&found), ["inner", "helper", "ggg", "task"]);
    }

    #[test]
    fn should_refuse_what_is_no_codex() {
        let directory = tempfile::tempdir().unwrap();
        let most = limits::MAXIMUM_CODEX_BYTES;
        let (fits, large) = ("#".repeat(most), "#".repeat(most + 1));
        write(
            directory.path(),
            &[("fits.py", &fits), ("large.py", &large), ("empty.py", " ")],
        );
        std::fs::write(directory.path().join("bytes.py"), [0xff]).unwrap();
        assert!(program(&directory.path().join("fits.py")).is_ok());
        for (name, rule) in [
            ("large.py", "a codex at most 262144"),
            ("empty.py", "is empty"),
            ("bytes.py", "not text in UTF-8"),
            ("none.py", "cannot read"),
        ] {
            let refusal = program(&directory.path().join(name)).unwrap_err();
            assert!(refusal.rule.contains(rule), "{name}: {}", refusal.rule);
        }
    }

    #[test]
    fn should_bound_how_many_are_gathered() {
        let directory = tempfile::tempdir().unwrap();
        for count in [limits::MAXIMUM_MODULES, limits::MAXIMUM_MODULES + 1] {
            let imports: Vec<_> = (0..count).map(|index| format!("import m{index}")).collect();
            write(directory.path(), &[("task.py", &imports.join("\n"))]);
            write(
                directory.path(),
                &[(&format!("m{}.py", count - 1), "x = 1")],
            );
            (0..count)
                .for_each(|index| write(directory.path(), &[(&format!("m{index}.py"), "x = 1")]));
            let found = program(&directory.path().join("task.py"));
            assert_eq!(found.is_ok(), count == limits::MAXIMUM_MODULES, "{count}");
        }
    }
}
