//! Codices.

use chime_types::{Error, PutCodexRequest, limits};

use super::{bytes, characters, description};
use crate::engine::program;

/// A codex that is to be stored.
pub fn codex(request: &PutCodexRequest) -> Result<(), Error> {
    codex_name(&request.name)?;
    description(request.description.as_deref().unwrap_or(""))?;
    if let Some(url) = &request.url {
        address(url)?;
    }
    if let Some(checksum) = &request.checksum {
        self::checksum(checksum)?;
    }
    match (&request.code, &request.url, &request.checksum) {
        (Some(code), _, expected) => {
            bytes("code", code.len(), 1, limits::MAXIMUM_CODEX_BYTES)?;
            verify(code, expected.as_deref())
        }
        (None, None, _) => Err(Error::invalid(
            "code",
            "the code, or a `url` to download it from",
            "give `code`",
        )),
        (None, Some(_), None) => Err(Error::invalid(
            "checksum",
            "code that is downloaded needs its checksum, so that all nodes store the same",
            "give `sha256:` and the hash in hexadecimal digits, as sha256sum prints it",
        )),
        (None, Some(_), Some(_)) => Ok(()),
    }
}

/// The name of a codex: other programs import it by that.
pub fn codex_name(name: &str) -> Result<(), Error> {
    let name = program::codex_name(name);
    characters("name", name, 1, limits::MAXIMUM_NAME_CHARACTERS)?;
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let goes_on = |other: char| other.is_ascii_alphanumeric() || "_-.".contains(other);
    if begins && name.chars().all(goes_on) {
        return Ok(());
    }
    Err(Error::invalid(
        "name",
        "a letter or `_`, then letters, digits, `_`, `-` and `.`",
        "write it as daily_report",
    ))
}

/// Where a codex is from.
pub fn address(url: &str) -> Result<(), Error> {
    bytes("url", url.len(), 1, limits::MAXIMUM_URL_BYTES)?;
    if url.starts_with("https://") && url.len() > "https://".len() {
        return Ok(());
    }
    Err(Error::invalid(
        "url",
        "an address that begins with `https://`",
        "give the address of the Python source",
    ))
}

/// A checksum, in its form.
pub fn checksum(text: &str) -> Result<(), Error> {
    let digits = text.strip_prefix("sha256:").unwrap_or("");
    if digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(Error::invalid(
        "checksum",
        "`sha256:` and 64 hexadecimal digits",
        "write `sha256:` before what sha256sum prints",
    ))
}

fn verify(code: &str, expected: Option<&str>) -> Result<(), Error> {
    let found = program::checksum(code);
    match expected {
        Some(expected) if !expected.eq_ignore_ascii_case(&found) => Err(Error::invalid(
            "checksum",
            format!("the code has the checksum {found}, not {expected}"),
            "look at where the code is from; if it is right, give its checksum",
        )),
        _ => Ok(()),
    }
}
