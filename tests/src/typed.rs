//! What documents and help texts say to type: the lines behind a prompt, the examples of a help text,
//! and the commands in them as a shell takes them apart. It knows nothing of what they do, nor of the
//! rest of this crate: the tests of the bridge read the same texts with it.

/// The lines of a document that begin with a prompt, each with what belongs to it: continued lines,
/// open quotes, a document that follows.
#[must_use]
pub fn prompted(page: &str) -> Vec<String> {
    let mut lines = page.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let Some(begun) = line.strip_prefix("$ ") else {
            continue;
        };
        let mut typed = begun.to_string();
        while is_open(&typed) {
            let Some(next) = lines.next() else { break };
            typed.push('\n');
            typed.push_str(next);
        }
        found.push(typed);
    }
    found
}

/// The indented lines of a help text that use the program, each with its continued lines and without
/// the remark that two spaces set off.
#[must_use]
pub fn examples(help: &str) -> Vec<String> {
    let mut lines = help.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let Some(begun) = line.strip_prefix("  ") else {
            continue;
        };
        let is_example = begun.starts_with("chime ") || begun.contains(" | chime ");
        if begun.starts_with(' ') || !is_example {
            continue;
        }
        let mut typed = begun.to_string();
        while let Some(head) = typed.strip_suffix('\\') {
            let next = lines.next().unwrap_or_default();
            typed = format!("{} {}", head.trim_end(), next.trim_start());
        }
        let end = typed.find("  ").unwrap_or(typed.len());
        found.push(typed[..end].to_string());
    }
    found
}

/// Whether a shell waits for another line.
fn is_open(typed: &str) -> bool {
    let document = typed.split_once("<<'");
    if let Some((end, _)) = document.and_then(|(_, rest)| rest.split_once('\'')) {
        return typed.lines().next_back() != Some(end);
    }
    let code = typed.lines().map(|line| line.split(" #").next());
    let quotes: usize = code.flatten().map(|line| line.matches('\'').count()).sum();
    typed.ends_with('\\') || quotes % 2 == 1
}

/// The commands of a line, each as its words: without remarks, redirections, and documents that follow.
#[must_use]
pub fn commands(typed: &str) -> Vec<Vec<String>> {
    let typed = match typed.contains("<<'") {
        true => typed.lines().next().unwrap_or_default(),
        false => typed,
    };
    let mut shell = Shell::default();
    let mut letters = typed.chars();
    while let Some(letter) = letters.next() {
        match (shell.quote, letter) {
            (Some(quote), letter) if quote == letter => shell.quote = None,
            (Some(_), letter) => shell.push(letter),
            (None, '\'' | '"') => {
                shell.quote = Some(letter);
                shell.word.get_or_insert_default();
            }
            (None, '\\') => match letters.next() {
                Some('\n') | None => shell.end_word(),
                Some(escaped) => shell.push(escaped),
            },
            (None, '#') if shell.word.is_none() => {
                letters.by_ref().find(|letter| *letter == '\n');
                shell.end_command();
            }
            (None, ' ') => shell.end_word(),
            (None, '>' | '<') => {
                shell.end_word();
                shell.redirects = true;
            }
            (None, ';' | '&' | '|' | '\n') => shell.end_command(),
            (None, letter) => shell.push(letter),
        }
    }
    shell.end_command();
    shell.commands
}

/// What was read of a line so far.
#[derive(Default)]
struct Shell {
    commands: Vec<Vec<String>>,
    words: Vec<String>,
    word: Option<String>,
    quote: Option<char>,
    /// The next word names a file.
    redirects: bool,
}

impl Shell {
    fn push(&mut self, letter: char) {
        self.word.get_or_insert_default().push(letter);
    }

    fn end_word(&mut self) {
        if let Some(word) = self.word.take()
            && !std::mem::take(&mut self.redirects)
        {
            self.words.push(word);
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_find_what_stands_behind_a_prompt() {
        let page = "text\n$ chime up   # what's this\n  output\n$ chime run \\\n    --note 'a\n  b'\n\
                    $ cat > x <<'END'\na: $ 1\nEND\n$ last";
        assert_eq!(
            prompted(page),
            [
                "chime up   # what's this",
                "chime run \\\n    --note 'a\n  b'",
                "cat > x <<'END'\na: $ 1\nEND",
                "last",
            ]
        );
    }

    #[test]
    fn should_find_examples_without_their_remarks() {
        let help = "Examples:\n  chime up         a remark\n  chime run --note x \\\n      --wait\n  \
                    printf x | chime secret put X\n      chime deeper\nchime says";
        assert_eq!(
            examples(help),
            [
                "chime up",
                "chime run --note x --wait",
                "printf x | chime secret put X"
            ]
        );
    }

    #[test]
    fn should_take_lines_apart_as_a_shell_does() {
        let line = "mkdir -p a; chime run --note 'it; is' \\\n  --cron '0 8 * * 5#2' '' > x 2 && b | c # d";
        assert_eq!(
            commands(line),
            [
                vec!["mkdir", "-p", "a"],
                vec![
                    "chime",
                    "run",
                    "--note",
                    "it; is",
                    "--cron",
                    "0 8 * * 5#2",
                    "",
                    "2"
                ],
                vec!["b"],
                vec!["c"],
            ]
        );
        assert_eq!(commands("cat > x <<'END'\na; b\nEND"), [vec!["cat"]]);
    }
}
