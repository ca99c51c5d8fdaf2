//! `chime task`.

use super::support::Network;

#[test]
fn should_make_show_change_and_delete_a_task() {
    let network = Network::start();
    let line = "task create --name pipeline --note begin --pause 1 --call aaaaa-aa raw_rand \
                --step-name draw --daily 02:30 --timezone Europe/Zurich --priority high --retries 2";
    let made = network.json(&line.split_whitespace().collect::<Vec<_>>());
    let id = made["id"].as_str().unwrap();
    let shown = network.json(&["task", "show", "pipeline"]);
    assert_eq!(shown["id"], id);
    assert_eq!(shown["priority"], "high");
    assert_eq!(shown["steps"][0]["run_next_after_seconds"], "1s");
    assert_eq!(shown["steps"][1]["name"], "draw");
    assert_eq!(shown["schedules"][0]["timezone"], "Europe/Zurich");

    let dry = network.json(&["task", "edit", id, "--every", "30", "--dry-run"]);
    assert_eq!(
        dry["request"]["schedules"][0]["rule"]["interval"]["repeat_every_seconds"],
        "30s"
    );
    assert_eq!(
        network.json(&["task", "show", id])["version"],
        shown["version"]
    );
    network.text(&[
        "task",
        "edit",
        id,
        "--retry-delay",
        "10s",
        "--description",
        "what it is for",
    ]);
    let changed = network.json(&["task", "show", id]);
    assert_eq!(
        changed["retry"]["max_retries"], 2,
        "what is not given stays as it is"
    );
    assert_eq!(changed["retry"]["initial_delay_seconds"], "10s");
    assert_eq!(changed["description"], "what it is for");
    assert_eq!(
        (&changed["steps"], &changed["schedules"]),
        (&shown["steps"], &shown["schedules"])
    );
    assert!(
        network
            .refused(&["task", "edit", id], 2)
            .contains("there is nothing to change")
    );

    let question = network.refused(&["task", "delete", id], 2);
    assert!(
        question.contains("--yes") && question.contains("pipeline"),
        "{question}"
    );
    network.text(&["task", "delete", id, "--yes"]);
    network.refused(&["task", "show", id], 3);
}

#[test]
fn should_show_what_would_be_made_and_make_nothing() {
    let network = Network::start();
    let dry = network.json(&["run", "--note", "x", "--cron", "0 9 * * 1-5", "--dry-run"]);
    assert_eq!(dry["dry_run"], true);
    assert_eq!(
        dry["schedules"][0]["next_runs"].as_array().unwrap().len(),
        3
    );
    assert_eq!(network.json(&["ps", "ls"])["total_tasks"], 0);
    let refused = network.refused(
        &["run", "--note", "x", "--cron", "99 * * * *", "--dry-run"],
        2,
    );
    assert!(refused.contains("--cron"), "{refused}");
}

#[test]
fn should_answer_every_verb_about_a_task_as_the_scheduler_does() {
    let network = Network::start();
    let line = [
        "task", "create", "--name", "hourly", "--note", "hi", "--every", "3600",
    ];
    let made = network.json(&line);
    let id = made["id"].as_str().unwrap().to_string();
    let fields = |answer: &serde_json::Value| -> Vec<String> {
        let mut names: Vec<_> = answer.as_object().unwrap().keys().cloned().collect();
        names.sort();
        names
    };
    for verb in [
        &["task", "pause", &id][..],
        &["task", "resume", &id],
        &["task", "edit", &id, "--retries", "2"],
    ] {
        let answer = network.json(verb);
        assert_eq!(fields(&answer), fields(&made), "{verb:?}");
        assert_eq!(answer["id"], id, "{verb:?}");
    }
    let listed = network.json(&["task", "ls"]);
    // A list says besides how its tasks stand.
    let mut expected = fields(&made);
    expected.extend(["last_error", "last_result", "state"].map(String::from));
    expected.sort();
    assert_eq!(fields(&listed["tasks"][0]), expected);
    for at in ["created_at", "updated_at", "next_run_at"] {
        let text = listed["tasks"][0][at].as_str().unwrap();
        assert!(text.ends_with('Z') && text.contains('T'), "{at}: {text}");
    }
    // What the Realms command line answers stays as it was.
    assert_eq!(network.json(&["ps", "ls"])["tasks"][0]["task_id"], id);
    assert_eq!(network.json(&["ps", "kill", &id])["task_name"], "hourly");
}

#[test]
fn should_pause_resume_and_run_now() {
    let network = Network::start();
    network.json(&["run", "--name", "often", "--note", "x", "--every", "3600"]);
    let paused = network.json(&["task", "pause", "often", "--reason", "holidays"]);
    assert_eq!(paused["disabled"], true);
    assert!(
        network
            .text(&["task", "show", "often"])
            .contains("holidays")
    );
    let run = network.json(&["task", "run", "often", "--wait"]);
    assert_eq!(
        (&run["status"], &run["trigger"]),
        (&"completed".into(), &"request".into())
    );
    let first = network.json(&["task", "run", "often", "--key", "once"]);
    let second = network.json(&["task", "run", "often", "--key", "once"]);
    assert_eq!(first["id"], second["id"], "the key makes it one");
    assert_eq!(
        network.json(&["task", "resume", "often"])["disabled"],
        false
    );
    let again = network.text(&["task", "resume", "often"]);
    assert!(again.contains("was active already"), "{again}");
}

#[test]
fn should_go_on_where_a_task_stopped() {
    let network = Network::start();
    let failed = network.say(&[
        "task",
        "create",
        "--name",
        "bad",
        "--note",
        "begin",
        "--call",
        "aaaaa-aa",
        "no_such",
        "--step-name",
        "call",
        "--retries",
        "0",
        "--wait",
    ]);
    assert_eq!(failed.code, Some(1), "{}", failed.errors);
    let again = network.json(&["task", "retry", "bad"]);
    let ended = network.until(
        &["execution", "show", again["id"].as_str().unwrap()],
        |execution| execution["status"] == "failed",
    );
    let steps: Vec<_> = ended["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attempt| attempt["step"].clone())
        .collect();
    assert_eq!(steps, [1], "the step that completed does not run again");
    network.text(&[
        "task", "edit", "bad", "--note", "begin", "--call", "aaaaa-aa", "raw_rand",
    ]);
    let resumed = network.json(&["task", "resume-from", "bad", "2", "--wait"]);
    assert_eq!(resumed["status"], "completed");
    network.refused(&["task", "resume-from", "bad", "3"], 3);
    network.refused(&["task", "retry", "bad"], 3);
}

#[test]
fn should_make_up_for_times_of_the_past() {
    let network = Network::start();
    network.json(&["run", "--name", "tick", "--note", "x", "--every", "1"]);
    network.json(&["task", "pause", "tick"]);
    let created = network.json(&["task", "show", "tick"])["created_at"]
        .as_str()
        .unwrap()
        .to_string();
    std::thread::sleep(std::time::Duration::from_secs(3));
    let begun = network.json(&["task", "backfill", "tick", "--from", &created]);
    let done = network.until(&["task", "backfills", "tick"], |all| {
        !all["backfills"][0]["finished_at"].is_null()
    });
    let backfill = &done["backfills"][0];
    assert_eq!(backfill["id"], begun["id"]);
    assert!(backfill["runs"].as_u64().unwrap() >= 2, "{backfill}");
    let said = network.refused(&["task", "backfill", "tick", "--from", "2100-01-01"], 2);
    assert!(said.contains("from `--from` to `--until`"), "{said}");
}

#[test]
fn should_tell_tasks_apart() {
    let network = Network::start();
    for _ in 0..2 {
        network.json(&["run", "--name", "twin", "--note", "x", "--every", "3600"]);
    }
    assert!(
        network
            .refused(&["task", "show", "twin"], 3)
            .contains("is ambiguous: tasks 1, 2")
    );
    assert!(
        network
            .refused(&["task", "show", "nobody"], 3)
            .contains("List your tasks")
    );
    assert_eq!(network.json(&["task", "show", "2"])["name"], "twin");
}
