//! `chime action` and `chime secret`.

use super::support::{Network, write};

#[test]
fn should_define_run_and_delete_an_action() {
    let network = Network::start();
    network.text(&[
        "action",
        "define",
        "greet",
        "--note",
        "hello {{attributes.who}}",
        "--description",
        "says hello",
    ]);
    let all = network.json(&["action", "ls"]);
    assert_eq!(all["actions"][0]["name"], "greet");
    let run = network.json(&[
        "run",
        "--named",
        "greet",
        "--attributes",
        "{\"who\": \"world\"}",
        "--wait",
    ]);
    assert_eq!(run["execution"]["result"], "hello world");
    let two = network.refused(&["action", "define", "x", "--note", "a", "--note", "b"], 2);
    assert!(two.contains("exactly one"), "{two}");
    network.refused(&["action", "delete", "greet"], 2);
    network.text(&["action", "delete", "greet", "--yes"]);
    assert!(network.text(&["action", "ls"]).contains("No actions"));
    network.refused(&["action", "delete", "greet", "--yes"], 3);
}

#[test]
fn should_take_a_secret_from_the_input_or_a_file_and_never_show_it() {
    let network = Network::start();
    let put = network.say_with(&["secret", "put", "TOKEN"], "hush-hush\n");
    assert_eq!(put.code, Some(0), "{}", put.errors);
    assert!(!put.output.contains("hush") && !put.errors.contains("hush"));
    write(&network.path("token.txt"), "hush-hush");
    network.text(&["secret", "put", "OTHER", "--from-file", "token.txt"]);
    assert_eq!(
        network.json(&["secret", "ls"])["names"],
        serde_json::json!(["OTHER", "TOKEN"])
    );
    network.refused(&["secret", "put", "OTHER", "--from-file", "none.txt"], 2);
    network.text(&["secret", "delete", "TOKEN", "--yes"]);
    assert_eq!(
        network.json(&["secret", "ls"])["names"],
        serde_json::json!(["OTHER"])
    );
}
