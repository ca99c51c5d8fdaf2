//! `chime config`, `identity`, `doctor`, `completions` and `man` as somebody at a terminal uses them.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, its helpers too"
)]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use chime_tests::shell::complete_in_bash;
use chime_tests::{program, workspace};
use serde_json::Value;
use tempfile::TempDir;

/// The principal of the keys in `bridge/tests/keys`.
const ED25519: &str = "juuot-zrodo-stsgm-e75mb-ptxnm-xcbih-3td7f-7nwle-q26x4-3olig-5ae";

fn command(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .stdin(Stdio::null());
    command
}

fn chime(home: &Path, arguments: &[&str]) -> Output {
    command(home, arguments).output().unwrap()
}

fn text(home: &Path, arguments: &[&str]) -> String {
    let output = chime(home, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn failure(home: &Path, arguments: &[&str]) -> (i32, String) {
    let output = chime(home, arguments);
    let errors = String::from_utf8_lossy(&output.stderr).to_string();
    (output.status.code().unwrap(), errors)
}

fn key(name: &str) -> String {
    let path = workspace().join("bridge/tests/keys").join(name);
    path.display().to_string()
}

#[test]
fn should_keep_settings_and_their_comments() {
    let home = TempDir::new().unwrap();
    let home = home.path();
    let path = text(home, &["config", "path"]);
    assert_eq!(
        Path::new(path.trim()),
        home.join(".config/chime/config.toml")
    );
    text(
        home,
        &["config", "set", "networks.prod.url=ic", "network=prod"],
    );
    let written = std::fs::read_to_string(path.trim()).unwrap();
    std::fs::write(path.trim(), format!("# mine\n{written}")).unwrap();
    text(home, &["config", "set", "network", "local"]);
    assert!(
        std::fs::read_to_string(path.trim())
            .unwrap()
            .starts_with("# mine\n")
    );
    assert_eq!(text(home, &["config", "get", "network"]), "local\n");
    let shown: Value =
        serde_json::from_str(&text(home, &["config", "show", "-o", "json"])).unwrap();
    assert_eq!(shown["networks.prod.url"], "ic");
    let (code, errors) = failure(home, &["config", "set", "networks.prod.canister=none"]);
    assert_eq!(code, 2);
    assert!(errors.contains("networks.prod.canister"), "{errors}");
    std::fs::write(
        path.trim(),
        "network = \"ic\"\n[networks.prod]\nurll = \"ic\"\n",
    )
    .unwrap();
    let (code, errors) = failure(home, &["ps", "ls"]);
    assert_eq!(code, 2);
    assert!(
        errors.contains("config.toml:3: networks.prod.urll: there is no such setting"),
        "{errors}"
    );
    assert!(errors.contains("networks.prod.url"), "{errors}");
}

#[test]
fn should_know_keys_by_name_file_and_store() {
    let directory = TempDir::new().unwrap();
    let home = directory.path();
    let password = home.join("password");
    std::fs::write(&password, "a password\n").unwrap();
    let password = password.display().to_string();
    let principal = |arguments: &[&str]| {
        let all = [&["identity", "principal"], arguments].concat();
        text(home, &all).trim().to_string()
    };
    assert_eq!(principal(&[&key("ed25519.pem")]), ED25519);
    let encrypted = key("ed25519-scrypt.pem");
    assert_eq!(
        principal(&[&encrypted, "--password-file", &password]),
        ED25519
    );
    let (code, errors) = failure(home, &["identity", "principal", &encrypted]);
    assert_eq!(code, 2);
    assert!(errors.contains("--password-file"), "{errors}");

    let import = [
        "identity",
        "import",
        "me",
        &encrypted,
        "--password-file",
        &password,
    ];
    text(home, &import);
    assert_eq!(principal(&["me"]), ED25519);
    assert_eq!(failure(home, &import).0, 2, "never overwritten");
    text(home, &["config", "set", "identity=me"]);
    let chosen: Value = serde_json::from_str(&principal(&["-o", "json"])).unwrap();
    assert_eq!(chosen["name"], "me");
    assert!(chosen["origin"].as_str().unwrap().contains("config.toml:1"));

    let store = home.join(".config/dfx/identity/default");
    std::fs::create_dir_all(&store).unwrap();
    std::fs::copy(key("ed25519.pem"), store.join("identity.pem")).unwrap();
    assert_eq!(principal(&["dfx:default"]), ED25519);
    let listed = text(home, &["identity", "ls"]);
    assert!(listed.contains("dfx:default"), "{listed}");
    for refused in ["anonymous", "icp:nobody", "nobody"] {
        let (code, _) = failure(home, &["identity", "principal", refused]);
        assert_eq!(code, 2, "{refused}");
    }
}

#[cfg(unix)]
#[test]
fn should_warn_of_a_key_that_others_can_read() {
    use std::os::unix::fs::PermissionsExt;
    let home = TempDir::new().unwrap();
    let file = home.path().join("key.pem");
    std::fs::copy(key("ed25519.pem"), &file).unwrap();
    for (mode, warned) in [(0o644, true), (0o600, false)] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let output = chime(
            home.path(),
            &["identity", "principal", &file.display().to_string()],
        );
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(errors.contains("chmod 600"), warned, "{errors}");
        assert!(!errors.contains("PRIVATE KEY"));
    }
}

#[test]
fn should_say_where_each_value_comes_from() {
    let directory = TempDir::new().unwrap();
    let home = directory.path();
    text(
        home,
        &[
            "config",
            "set",
            "networks.there.url=http://127.0.0.1:1",
            "networks.there.canister=ryjl3-tyaaa-aaaaa-aaaba-cai",
            "network=there",
        ],
    );
    text(home, &["identity", "new", "me"]);
    let output = command(home, &["doctor", "--identity", "me", "-o", "json"])
        .env("CHIME_NETWORK", "there")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(5), "nothing answers there");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["healthy"], false);
    let origin = |subject: &str| {
        let checks = found["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["subject"] == subject);
        check.unwrap()["origin"].clone()
    };
    assert_eq!(origin("network"), "CHIME_NETWORK");
    assert_eq!(origin("identity"), "--identity");
}

#[test]
fn should_give_a_clean_bill_to_an_embedded_network() {
    let home = TempDir::new().unwrap();
    text(home.path(), &["ps", "ls"]);
    let found = text(home.path(), &["doctor"]);
    for expected in [
        "role           admin",
        "nothing is due",
        "the one of this program",
    ] {
        assert!(found.contains(expected), "{expected} is not in:\n{found}");
    }
    assert!(
        !found.contains("FAIL") && !found.contains("WARN"),
        "{found}"
    );
}

/// Whether a program of others is at hand.
fn is_there(program: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    found.is_ok()
}

#[test]
fn should_complete_what_is_typed_in_bash() {
    if !is_there("bash") {
        return;
    }
    let home = TempDir::new().unwrap();
    let home = home.path();
    let complete = |words: &[&str]| complete_in_bash(words, home);
    assert_eq!(complete(&["chime", "depl"]), ["deploy"]);
    assert_eq!(
        complete(&["chime", "identity", "new", "--storage", ""]),
        ["plaintext", "password", "keyring"]
    );
    text(home, &["config", "set", "networks.prod.url=ic"]);
    assert_eq!(
        complete(&["chime", "--network", ""]),
        ["embedded", "ic", "local", "prod"]
    );
    text(home, &["identity", "new", "alice"]);
    assert_eq!(
        complete(&["chime", "identity", "principal", "al"]),
        ["alice"]
    );
    assert_eq!(
        complete(&["chime", "ps", "ls", "--identity", "a"]),
        ["alice"]
    );
    // Nobody runs the network, and nothing was made to look for names.
    let names: Vec<String> = complete(&["chime", "task", "show", ""])
        .into_iter()
        .filter(|word| !word.starts_with('-'))
        .collect();
    assert_eq!(names, [""; 0]);
    assert!(!home.join(".local/share/chime/network").exists());
    assert!(!home.join(".local/share/chime/identity.pem").exists());
}

#[test]
fn should_answer_every_shell_that_asks_for_completions() {
    let home = TempDir::new().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = text(home.path(), &["completions", shell]);
        assert!(
            script.contains("CHIME_COMPLETE") && script.contains("chime"),
            "{shell}: {script}"
        );
        let mut asked = command(home.path(), &["--", "chime", "depl"]);
        asked
            .env("CHIME_COMPLETE", shell)
            .env("_CLAP_COMPLETE_INDEX", "1");
        let output = asked.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.starts_with("deploy"), "{shell}: {said}");
    }
    // Set by somebody else for something else.
    let mut other = command(home.path(), &["--version"]);
    let output = other.env("COMPLETE", "bash").output().unwrap();
    assert!(output.stdout.starts_with(b"chime "));
}

#[test]
fn should_write_manual_pages_that_render() {
    let home = TempDir::new().unwrap();
    let pages = home.path().join("man");
    text(home.path(), &["man", &pages.display().to_string()]);
    assert!(pages.join("chime.1").exists());
    if !is_there("groff") {
        return;
    }
    for page in std::fs::read_dir(&pages).unwrap() {
        let page = page.unwrap().path();
        let output = Command::new("groff")
            .args(["-ww", "-man", "-Tutf8"])
            .arg(&page)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && errors.is_empty(),
            "{}: {errors}",
            page.display()
        );
        assert!(output.stdout.len() > 200, "{} is empty", page.display());
    }
}

#[test]
fn should_run_the_embedded_network_whatever_is_usual() {
    let home = TempDir::new().unwrap();
    text(home.path(), &["config", "set", "network=ic"]);
    let shown = text(home.path(), &["up", "--port", "0", "--for", "1s"]);
    assert!(shown.contains("chime --network embedded ps ls"), "{shown}");
    let (code, errors) = failure(home.path(), &["up", "--network", "ic"]);
    assert_eq!(code, 2, "{errors}");
}
