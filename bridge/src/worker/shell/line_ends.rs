//! Line ends of Windows (CR LF), which a shell takes for a part of the last word of each line: a
//! command with them fails in the same way at every attempt. Pure.

/// What to do about them.
pub(super) const FIX: &str = "it has line ends of Windows (CR LF), which a shell takes for a part of \
                              each line: save it with those of Unix (LF), as dos2unix does";

/// Whether a command has them.
pub(super) fn are_in(command: &str) -> bool {
    command.ends_with('\r') || command.contains("\r\n")
}

/// Whether a shell stumbled over them in a file that the command runs: it found no program by such a
/// name.
pub(super) fn were_met(code: Option<i32>, errors: &str) -> bool {
    /// The words of `sh`, `bash`, `env` and the loaders of scripts.
    const WORDS: [&str; 7] = [
        "\r: not found",
        "\r: command not found",
        "\\r': command not found",
        "\r: bad interpreter",
        "^M: bad interpreter",
        "\\r': No such file",
        "\\r’: No such file",
    ];
    matches!(code, Some(126 | 127)) && WORDS.iter().any(|words| errors.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_see_the_line_ends_of_windows() {
        for command in ["true\r\n", "true\r", "true\r\nfalse\n"] {
            assert!(are_in(command), "{command:?}");
        }
        // A carriage return within a line is somebody's own.
        for command in ["true", "true\nfalse\n", "printf 'a\rb'", "printf 'a\\r\\n'"] {
            assert!(!are_in(command), "{command:?}");
        }
    }

    #[test]
    fn should_know_that_a_shell_met_them_in_a_file() {
        for errors in [
            "./a.sh: 2: tar\r: not found",
            "./a.sh: line 2: $'tar\\r': command not found\n/usr/bin/env: 'bash\\r': No such file or directory",
            "/bin/sh: ./a.sh: /bin/bash^M: bad interpreter: No such file or directory",
        ] {
            assert!(were_met(Some(127), errors), "{errors}");
            assert!(!were_met(Some(1), errors), "it went on");
        }
        assert!(!were_met(Some(127), "sh: 1: tar: not found"));
        assert!(!were_met(Some(127), "90%\r100%\rsh: 1: tar: not found"));
    }
}
