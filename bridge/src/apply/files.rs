//! Finds and reads the files that the user named.
//!
//! A directory stands for the `.yaml`, `.yml` and `.json` files in it and below, by name; hidden
//! ones are left out. A file that the user named is read whatever it is called. Nothing here looks
//! into the text.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::Refusal;

/// Largest job file that is read.
pub const MAXIMUM_FILE_BYTES: u64 = 8 * 1024 * 1024;
/// Most job files in one call.
pub const MAXIMUM_FILES: usize = 10_000;
/// Deepest directory below the one that was named.
const MAXIMUM_DEPTH: usize = 16;

/// A file and its text, or why there is none.
#[derive(Debug)]
pub(super) struct Source {
    /// How to name it to the user.
    pub file: String,
    /// Where it lies.
    pub directory: PathBuf,
    /// Its text.
    pub text: Result<String, Refusal>,
}

/// Reads what was named, in that order; a file named twice is read once.
pub(super) fn gather(paths: &[PathBuf]) -> Vec<Source> {
    let mut found = Vec::new();
    for path in paths {
        find(path, 0, &mut found);
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|(path, _)| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())));
    let excess = found.len() > MAXIMUM_FILES;
    found.truncate(MAXIMUM_FILES);
    let mut sources: Vec<_> = found
        .into_iter()
        .map(|(path, early)| open(&path, early))
        .collect();
    if excess {
        let rule = format!("more than {MAXIMUM_FILES} job files in one call");
        sources.push(refused(
            Path::new("-f"),
            Refusal::new(rule, "Apply them in smaller groups."),
        ));
    }
    sources
}

/// Whether a directory can be read and holds no job file.
#[must_use]
pub fn is_without_jobs(directory: &Path) -> bool {
    let mut found = Vec::new();
    // Only at depth 0 a directory without job files is itself something found.
    find(directory, 1, &mut found);
    directory.is_dir() && found.is_empty()
}

type Found = (PathBuf, Option<Refusal>);

fn find(path: &Path, depth: usize, found: &mut Vec<Found>) {
    if !path.is_dir() {
        found.push((path.to_path_buf(), None));
        return;
    }
    if depth > MAXIMUM_DEPTH {
        let rule = format!("directories nested deeper than {MAXIMUM_DEPTH}");
        found.push((
            path.to_path_buf(),
            Some(Refusal::new(rule, "Name the inner directory itself.")),
        ));
        return;
    }
    let before = found.len();
    match entries(path) {
        Ok(entries) => entries
            .iter()
            .filter(|entry| wanted(entry))
            .for_each(|entry| find(entry, depth + 1, found)),
        Err(error) => found.push((path.to_path_buf(), Some(unreadable(&error)))),
    }
    if depth == 0 && found.len() == before {
        let refusal = Refusal::new(
            "no job file in this directory",
            "Job files end in .yaml, .yml or .json; a file with another name is read when -f names \
             it itself.",
        );
        found.push((path.to_path_buf(), Some(refusal)));
    }
}

fn entries(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut entries = fs::read_dir(path)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    entries.sort();
    Ok(entries)
}

fn wanted(path: &Path) -> bool {
    let hidden = path
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let extension = path
        .extension()
        .map(|extension| extension.to_string_lossy().to_lowercase());
    !hidden && (path.is_dir() || matches!(extension.as_deref(), Some("yaml" | "yml" | "json")))
}

fn open(path: &Path, early: Option<Refusal>) -> Source {
    if let Some(refusal) = early {
        return refused(path, refusal);
    }
    let text = if path == Path::new("-") {
        read_limited(std::io::stdin().lock())
    } else {
        fs::File::open(path)
            .map_err(|error| unreadable(&error))
            .and_then(read_limited)
    };
    Source {
        text,
        ..refused(path, Refusal::new("", ""))
    }
}

fn refused(path: &Path, refusal: Refusal) -> Source {
    Source {
        file: path.display().to_string(),
        directory: path.parent().map(Path::to_path_buf).unwrap_or_default(),
        text: Err(refusal),
    }
}

/// Reads text of at most [`MAXIMUM_FILE_BYTES`]. A byte order mark at its start is dropped.
fn read_limited(reader: impl Read) -> Result<String, Refusal> {
    let mut bytes = Vec::new();
    reader
        .take(MAXIMUM_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > MAXIMUM_FILE_BYTES {
        let rule = format!("the file is larger than {MAXIMUM_FILE_BYTES} bytes");
        return Err(Refusal::new(rule, "Split it."));
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        Refusal::new(
            "the file is not text in UTF-8",
            "Give a YAML or JSON file saved as UTF-8.",
        )
    })?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_string)
        .unwrap_or(text))
}

fn unreadable(error: &std::io::Error) -> Refusal {
    let fix = match error.kind() {
        std::io::ErrorKind::NotFound => "Check the path given with -f.",
        std::io::ErrorKind::PermissionDenied => "Allow reading it, or run as its owner.",
        _ => "Check the file.",
    };
    Refusal::new(format!("cannot read it: {error}"), fix)
}
