//! The commands of the documents and of the help, as they are written there: in their order, in one
//! directory, by a shell, on a network of their own. That those which do not run here are at least taken
//! by the command line is for `bridge/src/cli/tests/documented.rs`.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::process::{Command, Output, Stdio};

use chime_tests::typed::{commands, examples, prompted};
use chime_tests::{program, workspace};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::documented_ways::{FILES, WAYS, Way};
use super::support::{Network, signal, write};

/// Programs that may stand in a line that runs here.
const PROGRAMS: [&str; 4] = ["chime", "cat", "mkdir", "printf"];

/// A network with what the commands name.
fn stage() -> Network {
    let network = Network::with_python();
    for (name, text) in FILES {
        write(&network.path(name), text);
    }
    for job in fs::read_dir(workspace().join("examples/jobs")).unwrap() {
        let job = job.unwrap();
        let text = fs::read_to_string(job.path()).unwrap();
        write(&network.path("jobs").join(job.file_name()), &text);
    }
    fs::copy(network.path("token"), network.path("token.txt")).unwrap();
    let key = workspace().join("bridge/tests/keys/ed25519.pem");
    fs::copy(key, network.path("key.pem")).unwrap();
    symlink(network.state(), network.path(".chime")).unwrap();
    network.text(&["run", "--name", "backup", "--note", "x"]);
    let once = [
        "run",
        "--name",
        "pipeline",
        "--retries",
        "0",
        "--after",
        "1h",
    ];
    let steps = [
        "--note",
        "x",
        "--call",
        "aaaaa-aa",
        "raw_random",
        "--step-name",
        "upload",
    ];
    network.text(&[&once[..], &steps].concat());
    network
}

/// The line with what is meant in the place of what stands for it.
fn filled(network: &Network, line: &str) -> String {
    let line = line.replace("target/release/chime", "chime");
    if line.contains("--canister ID") {
        let id = fs::read_to_string(network.state().join("scheduler.id")).unwrap();
        let did = workspace().join("scheduler.did").display().to_string();
        return line.replace("ID", id.trim()).replace("FILE", &did);
    }
    if line.contains("replay 41") {
        let list = network.json(&["execution", "ls", "pipeline", "--dead-letters"]);
        return line.replace("41", list["executions"][0]["id"].as_str().unwrap());
    }
    if line.contains("backfill") {
        let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
        let ago = |days: i64| today.saturating_sub(days.days()).to_string();
        return line
            .replace("2026-11-01", &ago(30))
            .replace("2026-11-08", &ago(23));
    }
    line.replace("CANISTER METHOD", "aaaaa-aa raw_rand")
}

/// The line for a shell in the directory of the test.
fn shell(network: &Network, line: &str) -> Command {
    let programs = program().parent().unwrap().display().to_string();
    let inherited = std::env::var("PATH").unwrap();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", line])
        .current_dir(network.path(""))
        .env_clear()
        .env("PATH", format!("{programs}:{inherited}"))
        .env("HOME", network.path("home"))
        .env("PROFILE", network.path("home/profile.ps1"))
        .env("CHIME_STATE", network.state())
        .env("TOKEN", "secret")
        .stdin(Stdio::null());
    shell
}

/// What is wrong with how a line ended.
fn judge(line: &str, output: &Output, expected: i32) -> Result<(), String> {
    if output.status.code() == Some(expected) {
        return Ok(());
    }
    let said = [&output.stdout[..], &output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    Err(format!(
        "$ {line}\n{said}\n{}, and not {expected}",
        output.status
    ))
}

/// Runs a line until it says `text`, and tells it to end.
fn run_until(network: &Network, line: &str, text: &str) -> Result<(), String> {
    let mut command = shell(network, &format!("exec 2>&1\nexec {line}"));
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut said = String::new();
    let is_said = lines.by_ref().map_while(Result::ok).any(|line| {
        said.push_str(&format!("{line}\n"));
        line.contains(text)
    });
    signal(&process, "INT");
    lines.for_each(drop);
    let status = process.wait().unwrap();
    match is_said && status.success() {
        true => Ok(()),
        false => Err(format!("$ {line}\n{said}{status}, waiting for {text:?}")),
    }
}

/// Runs a line as it is documented.
fn run(network: &Network, line: &str) -> Result<(), String> {
    let way = WAYS.iter().find(|(begin, _)| line.starts_with(begin));
    let expected = match way.map(|(_, way)| way) {
        Some(Way::Not(_)) => return Ok(()),
        Some(Way::Until(text)) => return run_until(network, &filled(network, line), text),
        Some(Way::Ends(code, _)) => *code,
        Some(Way::After(before)) => {
            judge(before, &shell(network, before).output().unwrap(), 0)?;
            0
        }
        None => 0,
    };
    let line = filled(network, line);
    judge(&line, &shell(network, &line).output().unwrap(), expected)
}

/// Whether a line uses nothing that is not here.
fn is_ours(line: &str) -> bool {
    let ours = |words: &Vec<String>| {
        let program = words[0].rsplit('/').next().unwrap_or_default();
        PROGRAMS.contains(&program)
    };
    commands(line).iter().all(ours)
}

/// Runs the lines in their order, once each.
fn run_all(lines: &[String]) {
    let network = stage();
    let mut seen = BTreeSet::new();
    let once = lines.iter().filter(|line| seen.insert(line.as_str()));
    let wrong: Vec<_> = once.filter_map(|line| run(&network, line).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What README and the page about the configuration say to type.
fn of_pages() -> Vec<String> {
    let pages = ["README.md", "docs/configuration.md", "docs/python.md"];
    let typed = pages.map(|name| prompted(&fs::read_to_string(workspace().join(name)).unwrap()));
    typed
        .into_iter()
        .flatten()
        .filter(|line| is_ours(line))
        .collect()
}

/// What the page about moving here says to type, which stands in backquotes there.
fn of_moving() -> Vec<String> {
    let page = fs::read_to_string(workspace().join("docs/migration.md")).unwrap();
    let quoted = page.split('`').skip(1).step_by(2);
    let is_complete = |quoted: &&str| {
        quoted.starts_with("chime ") && !matches!(*quoted, "chime apply" | "chime worker")
    };
    quoted
        .filter(is_complete)
        .map(|line| line.replace('\n', " "))
        .collect()
}

/// The examples of a command and of those below it, as `--help` shows them.
fn of_help(path: &[&str]) -> Vec<String> {
    let shown = Command::new(program()).args(path).arg("--help").output();
    let help = String::from_utf8(shown.unwrap().stdout).unwrap();
    let mut found = examples(&help);
    let is_over = |line: &str| line.starts_with("Options:") || line.starts_with("Exit codes:");
    let lines = help.lines().take_while(|line| !is_over(line));
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split_once(' '));
    let is_verb = |name: &str| name.starts_with(|it: char| it.is_ascii_lowercase());
    for (name, _) in names.filter(|(name, _)| is_verb(name) && *name != "help") {
        found.extend(of_help(&[path, &[name]].concat()));
    }
    found
}

#[test]
fn should_do_what_readme_and_configuration_say_to_type() {
    let lines = of_pages();
    assert!(lines.len() > 35, "{lines:#?}");
    run_all(&lines);
}

#[test]
fn should_do_what_the_page_about_moving_here_says_to_type() {
    let lines = of_moving();
    assert!(lines.len() > 30, "{lines:#?}");
    run_all(&lines);
}

#[test]
fn should_do_what_the_examples_of_the_help_say() {
    let lines = of_help(&[]);
    assert!(lines.len() > 90, "{lines:#?}");
    run_all(&lines);
}

#[test]
fn should_make_no_exception_of_what_is_not_documented() {
    let lines = [of_pages(), of_moving(), of_help(&[])].concat();
    for (begin, way) in WAYS {
        let is_documented = lines.iter().any(|line| line.starts_with(begin));
        assert!(is_documented, "no line begins with {begin}");
        let (Way::Not(why) | Way::Ends(_, why) | Way::Until(why) | Way::After(why)) = way;
        assert!(!why.is_empty(), "{begin}: why?");
    }
}
