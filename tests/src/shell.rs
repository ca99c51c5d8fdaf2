//! Completion as bash does it, with the script that the program writes.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::program;

/// Sources the script, sets what bash sets when Tab is pressed, and prints what is offered.
const ASK: &str = r#"
source <("$0" completions bash)
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_TYPE=9
_clap_complete_chime chime "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
[ "${#COMPREPLY[@]}" = 0 ] || printf '%s\n' "${COMPREPLY[@]}"
"#;

/// What bash offers in place of the last of these words, with this home and nothing else in its environment.
///
/// # Panics
/// If bash or the program fails or complains.
#[must_use]
#[expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]
pub fn complete_in_bash(words: &[&str], home: &Path) -> Vec<String> {
    let output = Command::new("bash")
        .args(["-c", ASK])
        .arg(program())
        .args(words)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && errors.is_empty(),
        "{words:?}: {errors}"
    );
    let offered = String::from_utf8(output.stdout).unwrap();
    offered.lines().map(str::to_string).collect()
}
