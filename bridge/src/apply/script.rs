//! A file with a shell script as the command that runs it.
//!
//! Workers give a command to `sh`. A script for another shell of that family is handed on to it;
//! anything else is refused with what to write instead.

use std::path::Path;

use chime_types::limits;

use super::Refusal;

/// Shells whose scripts `sh` takes as they are.
const PLAIN: [&str; 3] = ["sh", "dash", "ash"];
/// Shells that take a script after `-c`.
const OTHERS: [&str; 4] = ["bash", "zsh", "ksh", "mksh"];

/// Whether the file's name says that it is a shell script.
pub(super) fn is_shell_script(file: &str) -> bool {
    matches!(extension(file).as_deref(), Some("sh" | "bash"))
}

/// The command line that runs the script `text`, which was read from `file`.
///
/// # Errors
/// If it is no script of a shell, empty or too long.
pub fn shell_command(file: &str, text: &str) -> Result<String, Refusal> {
    // Line ends of Windows would become a part of the last word of each line.
    let text = &text.replace("\r\n", "\n");
    if extension(file).as_deref() == Some("pyw")
        || interpreter(text).is_some_and(|name| name.starts_with("python"))
    {
        return Err(python(file));
    }
    if text.trim().is_empty() {
        let rule = format!("{file} is empty");
        return Err(Refusal::new(
            rule,
            "Write the commands into it that should run.",
        ));
    }
    let command = match interpreter(text) {
        None if is_shell_script(file) => match extension(file).as_deref() {
            Some("bash") => handed_to("bash", text),
            _ => text.to_string(),
        },
        Some(name) if PLAIN.contains(&name) => text.to_string(),
        Some(name) if OTHERS.contains(&name) => handed_to(name, text),
        _ => return Err(other(file)),
    };
    if command.len() > limits::MAXIMUM_COMMAND_BYTES {
        let limit = limits::MAXIMUM_COMMAND_BYTES;
        let rule = format!(
            "{file} has {} bytes as a command, more than {limit}",
            command.len()
        );
        let fix = format!("Put it where the worker runs and give --command 'sh {file}'.");
        return Err(Refusal::new(rule, fix));
    }
    Ok(command)
}

fn extension(file: &str) -> Option<String> {
    let extension = Path::new(file).extension()?;
    Some(extension.to_string_lossy().to_lowercase())
}

/// The program that a script names in its first line: `bash` of `#!/usr/bin/env bash`.
fn interpreter(text: &str) -> Option<&str> {
    let line = text.lines().next()?.strip_prefix("#!")?;
    let mut words = line
        .split_whitespace()
        .map(|word| word.rsplit('/').next().unwrap_or(word));
    match words.next()? {
        "env" => words.find(|word| !word.starts_with('-')),
        program => Some(program),
    }
}

fn handed_to(shell: &str, text: &str) -> String {
    format!("exec {shell} -c '{}'", text.replace('\'', r"'\''"))
}

fn python(file: &str) -> Refusal {
    Refusal::new(
        format!("{file} is Python, but its name does not end in .py"),
        format!(
            "Name it {file}.py to have it stored and run in the network; or let a worker run it with \
             --command 'python3 {file}' (`chime worker --allow-remote-commands`, where the file has to be)."
        ),
    )
}

fn other(file: &str) -> Refusal {
    Refusal::new(
        format!("{file} is not a shell script: it neither ends in .sh nor begins with #!/bin/sh"),
        format!(
            "If it is a program, give --command '{file}'; if it is a job file, `chime apply -f \
             {file}`; if it is a task configuration, --config {file}."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_take_scripts_of_shells() {
        for (file, text, expected) in [
            ("a.sh", "echo 1\n", "echo 1\n"),
            ("a", "#!/bin/sh\necho 1", "#!/bin/sh\necho 1"),
            (
                "a",
                "#!/usr/bin/env -S bash\necho 'x'",
                "exec bash -c '#!/usr/bin/env -S bash\necho '\\''x'\\'''",
            ),
            ("a.bash", "true", "exec bash -c 'true'"),
            ("a.sh", "#!/bin/sh\r\ntrue\r\n", "#!/bin/sh\ntrue\n"),
        ] {
            assert_eq!(shell_command(file, text).unwrap(), expected, "{file}");
        }
    }

    #[test]
    fn should_refuse_what_no_shell_runs() {
        for (file, text, rule) in [
            ("a.pyw", "print()", "is Python"),
            ("a", "#!/usr/bin/env python3\n", "is Python"),
            ("a.sh", " \n", "is empty"),
            ("a.txt", "echo", "is not a shell script"),
            ("a", "#!/usr/bin/perl\n", "is not a shell script"),
        ] {
            let refusal = shell_command(file, text).unwrap_err();
            assert!(refusal.rule.contains(rule), "{file}: {}", refusal.rule);
        }
        let long = "x".repeat(limits::MAXIMUM_COMMAND_BYTES + 1);
        assert!(
            shell_command("a.sh", &long)
                .unwrap_err()
                .rule
                .contains("more than")
        );
        assert!(shell_command("a.sh", &long[1..]).is_ok());
    }
}
