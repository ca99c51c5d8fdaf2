//! Files as people have them: absent, empty, full of other things, damaged, linked.

use super::*;

fn entry() -> Entry {
    Entry {
        name: "chime".into(),
        command: "/opt/chime".into(),
        arguments: vec!["mcp".into()],
    }
}

fn merged(client: Client, text: &str) -> Value {
    let text = client.merged(text, &entry()).unwrap().unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn should_know_where_each_client_keeps_its_servers() {
    let environment = |name: &str| match name {
        "HOME" => Some(OsString::from("/home/ada")),
        "USERPROFILE" => Some(OsString::from("C:/Users/ada")),
        "APPDATA" => Some(OsString::from("C:/Users/ada/AppData/Roaming")),
        _ => None,
    };
    for (client, system, path) in [
        (
            Client::ClaudeDesktop,
            "macos",
            "/home/ada/Library/Application Support/Claude/claude_desktop_config.json",
        ),
        (
            Client::ClaudeDesktop,
            "linux",
            "/home/ada/.config/Claude/claude_desktop_config.json",
        ),
        (
            Client::ClaudeDesktop,
            "windows",
            "C:/Users/ada/AppData/Roaming/Claude/claude_desktop_config.json",
        ),
        (Client::ClaudeCode, "linux", "/home/ada/.claude.json"),
        (Client::ClaudeCode, "windows", "C:/Users/ada/.claude.json"),
        (Client::Cursor, "macos", "/home/ada/.cursor/mcp.json"),
    ] {
        let file = client.file(system, environment).unwrap();
        assert_eq!(file, PathBuf::from(path), "{client:?} on {system}");
        assert_eq!(client.file(system, |_| None), None);
    }
}

#[test]
fn should_lose_nothing_that_is_in_the_file() {
    let text = r#"{"theme": "dark", "big": 9007199254740993,
        "mcpServers": {"other": {"command": "x", "args": []}}, "last": [1.0, null]}"#;
    let merged = merged(Client::Cursor, text);
    let mut expected: Value = serde_json::from_str(text).unwrap();
    expected["mcpServers"]["chime"] = json!({ "command": "/opt/chime", "args": ["mcp"] });
    assert_eq!(merged, expected);
    let keys: Vec<_> = merged.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["theme", "big", "mcpServers", "last"]);
}

#[test]
fn should_keep_what_the_user_added_to_the_entry() {
    let text = r#"{"mcpServers": {"chime": {"command": "old", "disabled": true,
        "env": {"RUST_LOG": "debug"}}}}"#;
    let entry = &merged(Client::ClaudeCode, text)["mcpServers"]["chime"];
    assert_eq!(entry["command"], "/opt/chime");
    assert_eq!(entry["type"], "stdio");
    assert_eq!(entry["disabled"], true);
    assert_eq!(entry["env"]["RUST_LOG"], "debug");
}

#[test]
fn should_begin_an_empty_file_and_leave_a_damaged_one() {
    for text in ["", " \n", "{}"] {
        let merged = merged(Client::ClaudeDesktop, text);
        assert_eq!(merged["mcpServers"]["chime"]["command"], "/opt/chime");
    }
    for text in [
        "{",
        "[]",
        "null",
        "// a comment\n{}",
        r#"{"mcpServers": []}"#,
    ] {
        let error = Client::Cursor.merged(text, &entry()).unwrap_err();
        assert_eq!(error.kind(), Kind::LocalFile, "{text}");
    }
}

#[test]
fn should_write_once_and_keep_what_was_there_before() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("deep").join("config.json");
    let write = |entry: &Entry| write(Client::Cursor, &file, entry).unwrap();
    assert_eq!(write(&entry()), Written::Made);
    assert_eq!(write(&entry()), Written::Unchanged);
    let first = fs::read_to_string(&file).unwrap();
    let mut other = entry();
    for number in 0..2 {
        other.arguments.push(number.to_string());
        let before = fs::read_to_string(&file).unwrap();
        let Written::Changed { backup } = write(&other) else {
            panic!("it was not changed");
        };
        assert_eq!(fs::read_to_string(backup).unwrap(), before);
    }
    let kept = fs::read_to_string(directory.path().join("deep/config.json.bak")).unwrap();
    assert_eq!(kept, first);
    let files = fs::read_dir(file.parent().unwrap()).unwrap().count();
    assert_eq!(files, 3, "nothing else is left behind");
}

#[test]
fn should_leave_a_file_that_it_cannot_read_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config.json");
    fs::write(&file, "{ damaged").unwrap();
    assert!(write(Client::Cursor, &file, &entry()).is_err());
    assert_eq!(fs::read_to_string(&file).unwrap(), "{ damaged");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn should_follow_a_link_and_keep_the_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("dotfiles.json");
    let link = directory.path().join("config.json");
    fs::write(&target, "{}").unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&target, &link).unwrap();
    let Written::Changed { backup } = write(Client::Cursor, &link, &entry()).unwrap() else {
        panic!("it was not changed");
    };
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    for file in [&target, &backup] {
        let mode = fs::metadata(file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o640, "{}", file.display());
    }
    assert!(fs::read_to_string(&target).unwrap().contains("/opt/chime"));
}
