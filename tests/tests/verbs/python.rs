//! Python, as somebody at a terminal stores it, runs it and looks at it.

use super::support::{Network, write};

const COUNT: &str = "\
def async_task():
    class Runs(TaskEntity):
        count = Integer(default=0)
    runs = Runs[1] or Runs()
    runs.count += 1
    ic.print(f'run {runs.count}')
    return runs.count
";

const ASK: &str = "\
import helper

def async_task():
    found = yield management_canister.raw_rand()
    yield ic.sleep(1)
    return helper.length(found.Ok)
";

/// The embedded network lives for this command only, installs the runner by itself, and stays until the program
/// has run.
#[test]
fn should_run_a_file_as_the_first_command_on_a_fresh_machine() {
    let directory = tempfile::TempDir::new().unwrap();
    let file = chime_tests::workspace().join("examples/my_task.py");
    let output = std::process::Command::new(chime_tests::program())
        .args(["run", "-o", "json", "--state"])
        .arg(directory.path().join("state"))
        .arg("--file")
        .arg(file)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("installing the runner of Python"), "{said}");
    let made: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let logs = &made["execution"]["logs"];
    assert_eq!(logs, &serde_json::json!(["Processing...", "Found 0 users"]));
    let result = made["execution"]["result"].as_str().unwrap();
    assert_eq!(result.trim_matches('"'), "ok");
}

/// Whoever makes the network may set up Python for all who use it, so a user's first program finds it there.
#[test]
fn should_set_up_python_for_a_user_too() {
    const SOMEBODY: &str = "juuot-zrodo-stsgm-e75mb-ptxnm-xcbih-3td7f-7nwle-q26x4-3olig-5ae";
    let network = Network::start();
    let key = chime_tests::workspace().join("bridge/tests/keys/ed25519.pem");
    let key = key.display().to_string();
    let somebody = ["--identity", key.as_str()];
    network.json(&["user", "put", SOMEBODY, "--name", "pal", "--role", "user"]);
    write(&network.path("count.py"), COUNT);
    let run = ["run", "--file", "count.py", "--wait"];
    let made = network.json(&[&run[..], &somebody].concat());
    assert_eq!(made["execution"]["result"], "1");
    // What is for all owners is still not for users.
    let shared = ["codex", "put", "count.py", "--shared"];
    network.refused(&[&shared[..], &somebody].concat(), 4);
}

#[test]
fn should_store_run_and_show_programs() {
    let network = Network::with_python();
    write(&network.path("count.py"), COUNT);
    let made = network.json(&["run", "--file", "count.py", "--wait"]);
    assert_eq!(made["execution"]["status"], "completed");
    assert_eq!(made["execution"]["result"], "1");
    assert_eq!(made["execution"]["logs"][0], "run 1");
    let again = network.json(&["task", "run", "codex count", "--wait"]);
    assert_eq!(again["result"], "2");

    write(&network.path("ask.py"), ASK);
    write(
        &network.path("helper.py"),
        "def length(found):\n    return len(found)\n",
    );
    let asked = network.json(&["run", "--file", "ask.py", "--follow"]);
    assert_eq!(asked["execution"]["result"], "32");
    let id = asked["execution"]["execution_id"].as_str().unwrap();
    let shown = network.text(&["execution", "show", id]);
    for part in ["call raw_rand of aaaaa-aa with ()", "sleep 1s", "-> slept"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let journal = &network.json(&["execution", "show", id])["journal"];
    assert_eq!(journal["entries"].as_array().unwrap().len(), 2, "{journal}");
    should_keep_versions(&network);
    should_show_what_is_wrong(&network);
    should_find_a_runner(&network);
}

fn should_keep_versions(network: &Network) {
    write(&network.path("count.py"), "result = 'changed'\n");
    let put = network.text(&["codex", "put", "count.py"]);
    assert!(put.contains("as version 2"), "{put}");
    let list = network.json(&["codex", "ls"]);
    let names = list["codices"].as_array().unwrap().iter();
    let names: Vec<_> = names.map(|codex| codex["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ask", "count", "helper"]);
    let back = network.text(&["codex", "rollback", "count"]);
    assert!(back.contains("with the code of version 1"), "{back}");
    assert_eq!(
        network.text(&["codex", "get", "count"]).trim(),
        COUNT.trim()
    );
    let versions = network.json(&["codex", "versions", "count"]);
    assert_eq!(versions["versions"].as_array().unwrap().len(), 3);
    let shown = network.text(&["codex", "show", "count"]);
    assert!(
        shown.contains("7      return runs.count") && shown.contains("Tasks"),
        "{shown}"
    );
    let gone = network.text(&["codex", "delete", "helper", "--yes"]);
    assert!(gone.contains("is deleted"), "{gone}");
}

fn should_show_what_is_wrong(network: &Network) {
    write(
        &network.path("wrong.py"),
        "def async_task():\n    return (1\n",
    );
    let said = network.refused(&["run", "--file", "wrong.py"], 2);
    assert!(
        said.contains("wrong.py") && said.contains("line 2, column"),
        "{said}"
    );
    assert_eq!(network.say(&["codex", "show", "wrong"]).code, Some(3));

    write(
        &network.path("fails.py"),
        "def async_task():\n    return 1 / 0\n",
    );
    let failed = network.say(&["run", "--file", "fails.py", "--wait"]);
    assert_eq!(failed.code, Some(1), "{}", failed.errors);
    let shown = network.text(&["execution", "show", "codex fails"]);
    for part in ["Traceback", "fails.py", "line 2", "ZeroDivisionError"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

fn should_find_a_runner(network: &Network) {
    let found = network.text(&["doctor"]);
    assert!(found.contains("the runner "), "{found}");
    let deployed = network.text(&["deploy", "--dry-run"]);
    assert!(deployed.contains("The runner of Python in"), "{deployed}");
}

#[test]
fn should_try_a_program_out_in_a_world_of_its_own() {
    let network = Network::with_python();
    let program = "def async_task():\n    ic.print(ic.input['greeting'])\n    try:\n        \
                   yield ic.call('aaaaa-aa', 'transfer')\n    except CallError as error:\n        \
                   answer = yield management_canister.http_request({'url': 'https://example.com/'})\n    \
                   return [error.message, answer.Ok.status]\n";
    let program = program.replace(
        "except CallError as error:\n",
        "except CallError as caught:\n        error = caught\n",
    );
    write(&network.path("try.py"), &program);
    let said = network.say(&["codex", "test", "try.py"]);
    assert_eq!(said.code, Some(1), "{}", said.errors);
    assert!(
        said.errors.contains("KeyError") || said.errors.contains("TypeError"),
        "{}",
        said.errors
    );
    let mut world = serde_json::json!({
        "input": {"greeting": "hello"},
        "calls": {"aaaaa-aa.transfer": {"reject": "no funds"}},
    });
    write(&network.path("world.json"), &world.to_string());
    let line = ["codex", "test", "try.py", "--world", "world.json"];
    let said = network.say(&line);
    assert_eq!(said.code, Some(1), "{}", said.errors);
    assert!(
        said.errors.contains("https://example.com/"),
        "{}",
        said.errors
    );
    world["http"] = serde_json::json!({"https://example.com/": {"status": 404}});
    write(&network.path("world.json"), &world.to_string());
    let played = network.json(&line);
    assert_eq!(played["end"]["value"], "[\"no funds\", 404]");
    assert_eq!(played["log"], "hello\n");
    assert_eq!(played["asked"][0]["answer"], "rejected (4): no funds");
    let shown = network.text(&line);
    assert!(
        shown.contains("Asked for") && shown.contains("3 slices"),
        "{shown}"
    );
}
