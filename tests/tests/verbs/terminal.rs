//! What needs a terminal: `chime top`, widths, questions. Python makes the terminal.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use chime_tests::program;
use chime_tests::shell::complete_in_bash;

use super::support::{Network, PATIENCE};

/// Runs a program in a terminal of so many columns, types, and prints all that appeared.
/// Arguments: columns, keys as (pause in seconds, text) pairs in JSON, the program and its own.
const TERMINAL: &str = r#"
import fcntl, json, os, pty, select, signal, struct, sys, termios, time
columns, keys = int(sys.argv[1]), json.loads(sys.argv[2])
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[3], sys.argv[3:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
seen, end = b"", time.time() + 100
def read(until):
    global seen
    while time.time() < until:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                part = os.read(terminal, 65536)
            except OSError:
                return
            if not part:
                return
            seen += part
for awaited, text in keys:
    while awaited.encode() not in seen and time.time() < end:
        read(time.time() + 0.2)
    os.write(terminal, text.encode())
read(end)
sys.stdout.buffer.write(seen)
if time.time() >= end:
    os.kill(pid, signal.SIGKILL)
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
"#;

fn in_terminal(
    network: &Network,
    columns: u16,
    keys: &str,
    arguments: &[&str],
) -> (Option<i32>, String) {
    let output = Command::new("python3")
        .args(["-c", TERMINAL, &columns.to_string(), keys])
        .arg(program())
        .args(arguments)
        .env("CHIME_STATE", network.state())
        .env("TERM", "xterm")
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.is_empty(), "{errors}");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

#[test]
fn should_show_a_live_view_and_obey_keys() {
    let network = Network::start();
    network.json(&[
        "run", "--name", "pipeline", "--note", "x", "--every", "3600",
    ]);
    // Words, because blanks that were there before are not drawn again.
    let keys =
        r#"[["pipeline", "p"], ["again", "p"], ["paused", "r"], ["run", "r"], ["started", "q"]]"#;
    let (code, seen) = in_terminal(&network, 60, keys, &["top", "--interval", "1"]);
    assert_eq!(code, Some(0), "{seen}");
    assert!(seen.contains("Failures"), "{seen}");
    assert!(
        seen.contains("\u{1b}[?1049l"),
        "the terminal is left as it was found"
    );
    let task = network.json(&["task", "show", "pipeline"]);
    assert_eq!(task["disabled"], true, "p switches it off");
    network.until(&["execution", "ls", "pipeline"], |all| {
        all["executions"][0]["status"] == "completed"
    });
}

#[test]
fn should_print_one_frame_without_a_terminal() {
    let network = Network::start();
    network.json(&[
        "run", "--name", "pipeline", "--note", "x", "--every", "3600",
    ]);
    let said = network.refused(&["top"], 2);
    assert!(said.contains("--once"), "{said}");
    let frame = network.text(&["top", "--once", "--width", "60"]);
    assert!(
        frame.contains("pipeline") && frame.contains("1 tasks"),
        "{frame}"
    );
    assert!(
        frame.lines().all(|line| line.chars().count() <= 60),
        "{frame}"
    );
    assert_eq!(network.json(&["top", "--once"])["total_tasks"], 1);
}

#[test]
fn should_ask_at_a_terminal_and_fit_it() {
    let network = Network::start();
    network.json(&[
        "run",
        "--name",
        "kept",
        "--note",
        "x",
        "--every",
        "3600",
        "--retries",
        "1",
    ]);
    let (code, seen) = in_terminal(
        &network,
        80,
        r#"[["[y/N]", "n\n"]]"#,
        &["task", "delete", "kept"],
    );
    assert_eq!(code, Some(130), "{seen}");
    let interrupt = r#"[["[y/N]", "\u0003"]]"#;
    let (code, seen) = in_terminal(&network, 80, interrupt, &["task", "delete", "kept"]);
    assert_eq!(code, Some(130), "{seen}");
    let (_, seen) = in_terminal(&network, 80, "[]", &["ps", "ls", "--verbose"]);
    assert!(
        seen.lines()
            .all(|line| line.trim_end().chars().count() <= 80),
        "{seen}"
    );
    assert!(!seen.contains('\u{1b}'), "NO_COLOR is obeyed: {seen:?}");
    assert_eq!(
        seen.lines().filter(|line| line.contains("kept")).count(),
        1,
        "{seen}"
    );
    let (code, seen) = in_terminal(
        &network,
        80,
        r#"[["[y/N]", "y\n"]]"#,
        &["task", "delete", "kept"],
    );
    assert_eq!(code, Some(0), "{seen}");
    assert_eq!(network.json(&["ps", "ls"])["total_tasks"], 0);
}

/// Whoever pipes into `head` is left alone when `head` ends, whether or not anything more happens.
#[test]
fn should_end_when_nobody_reads_any_more() {
    let network = Network::start();
    network.json(&["run", "--name", "quiet", "--note", "x", "--every", "3600"]);
    let commands: [&[&str]; 4] = [
        &["events", "--follow"],
        &["ps", "logs", "--all", "--follow"],
        &["ps", "logs", "quiet", "--follow"],
        &["ps", "ls", "--watch=3600"],
    ];
    for arguments in commands {
        let mut command = Command::new(program())
            .args(arguments)
            .env("CHIME_STATE", network.state())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Long enough to be asleep between two looks.
        sleep(Duration::from_secs(2));
        drop(command.stdout.take());
        let patience = Instant::now() + PATIENCE;
        let status = loop {
            match command.try_wait().unwrap() {
                Some(status) => break status,
                None if Instant::now() > patience => {
                    command.kill().unwrap();
                    panic!("{arguments:?} writes on for nobody");
                }
                None => sleep(Duration::from_millis(100)),
            }
        };
        assert!(status.success(), "{arguments:?}: {status}");
    }
}

#[test]
fn should_offer_the_names_of_what_there_is() {
    let network = Network::start();
    let every_day = ["--note", "x", "--daily", "08:00"];
    for name in ["nightly", "nightly-copy", "two words"] {
        network.text(&[&["run", "--name", name][..], &every_day].concat());
    }
    let state = network.state().display().to_string();
    // No home has a network: only the flag says where one is.
    let home = network.path("nobody");
    let offered = |words: &[&str]| {
        let words = [&["chime", "--state", &state], words].concat();
        let mut offered = complete_in_bash(&words, &home);
        offered.retain(|word| !word.starts_with('-'));
        offered
    };
    assert_eq!(
        offered(&["task", "show", ""]),
        ["nightly", "nightly-copy", "3"]
    );
    assert_eq!(offered(&["ps", "logs", "nightly-"]), ["nightly-copy"]);
    assert_eq!(
        offered(&["alert", "create", "x", "--task", "nig"]),
        ["nightly", "nightly-copy"]
    );
    // What is offered is taken.
    let shown = network.text(&["task", "show", "3"]);
    assert!(shown.contains("two words"), "{shown}");
    assert!(!home.exists());
}
