//! `chime schedule`.

use super::support::Network;

#[test]
fn should_add_switch_and_remove_schedules() {
    let network = Network::start();
    network.json(&["run", "--name", "report", "--note", "x", "--every", "3600"]);
    let added = network.json(&[
        "schedule",
        "add",
        "report",
        "--weekly",
        "monday 02:30",
        "--timezone",
        "Europe/Zurich",
        "--schedule-name",
        "early",
        "--exclude-dates",
        "2026-12-28",
        "--overlap",
        "buffer_one",
    ]);
    assert_eq!(added["schedules"][1]["overlap"], "buffer_one");
    let rows = network.json(&["schedule", "ls", "report"])["schedules"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 2);
    let off = network.json(&["schedule", "disable", "report", "early"]);
    assert_eq!(off["schedules"][1]["disabled"], true);
    let table = network.text(&["schedule", "ls"]);
    assert!(
        table.starts_with("NEXT ") && table.contains(" off "),
        "{table}"
    );
    let on = network.json(&["schedule", "enable", "report", "early"]);
    assert_eq!(on["schedules"][1]["disabled"], false);
    assert!(
        network
            .refused(&["schedule", "disable", "report"], 2)
            .contains("2 schedules")
    );

    network.refused(&["schedule", "remove", "report", "early"], 2);
    let left = network.json(&["schedule", "remove", "report", "early", "--yes"]);
    assert_eq!(left["schedules"].as_array().unwrap().len(), 1);
    network.refused(&["schedule", "remove", "report", "--yes"], 4);
}

#[test]
fn should_preview_a_schedule() {
    let network = Network::start();
    let shown = network.json(&[
        "schedule",
        "preview",
        "--daily",
        "02:30",
        "--timezone",
        "Europe/Zurich",
        "--from",
        "2026-03-27T12:00:00Z",
        "--start",
        "2100-01-01",
        "-n",
        "2",
    ]);
    assert_eq!(shown["next_at"].as_array().unwrap().len(), 2);
    assert!(
        shown["description"]
            .as_str()
            .unwrap()
            .starts_with("every day at 02:30"),
        "{shown}"
    );
    for (arguments, said) in [
        (&["--daily", "25:00"][..], "--daily"),
        (
            &["--daily", "2:00", "--timezone", "Europe/Nowhere"],
            "--timezone",
        ),
        (&[], "no schedule is given"),
    ] {
        let errors = network.refused(&[&["schedule", "preview"], arguments].concat(), 2);
        assert!(errors.contains(said), "{errors}");
    }
}
