//! What the documented commands need besides themselves, and which of them do not just end with 0.

/// How a command runs that does not just end with 0.
pub enum Way {
    /// Not at all, for this reason.
    Not(&'static str),
    /// With this exit code, for this reason.
    Ends(i32, &'static str),
    /// Until it says this, and is told to end.
    Until(&'static str),
    /// After this command, which makes what it needs.
    After(&'static str),
}

use Way::{After, Ends, Not, Until};

const MAINNET: &str = "it asks the mainnet, or what follows would";
const STORES: &str = "no keyring and no other tool is on a machine of tests";

/// The commands, by how they begin; the first that fits counts.
pub const WAYS: &[(&str, Way)] = &[
    (
        "chime up",
        Not("the network of the test is one; tests/program.rs has its options"),
    ),
    (
        "chime deploy",
        Not("tests/deploy, on networks that it may break"),
    ),
    ("chime config set network=prod", Not(MAINNET)),
    ("chime config set network=ic", Not(MAINNET)),
    ("chime doctor --network prod", Not(MAINNET)),
    ("chime stats --network ic", Not(MAINNET)),
    ("chime run --file task.py --network", Not(MAINNET)),
    ("chime identity new laptop", Not(STORES)),
    ("chime identity import dev", Not(STORES)),
    ("chime identity principal icp:me", Not(STORES)),
    (
        "chime mcp --canister ID --did service.did",
        Not("as with --did FILE"),
    ),
    (
        "chime worker --config FILE",
        Not("as with config/scheduler.yaml"),
    ),
    (
        "chime worker --allow-remote-commands",
        Not("bridge/tests/worker/remote.rs"),
    ),
    (
        "chime apply -f -",
        Not("tests/verbs/documents.rs has the same bodies in files"),
    ),
    ("chime apply --help", Not("it prints help")),
    (
        "chime task run report --wait",
        Ends(1, "the embedded network has no ledger of ICP"),
    ),
    (
        "chime scheduler set 'retention=",
        Ends(2, "it asks, and here is no terminal"),
    ),
    (
        "chime execution resume",
        Not("tests/python, where a codex is changed under an execution"),
    ),
    ("chime ps logs --all --follow", Until("completed")),
    ("chime events --follow", Until("\"kind\"")),
    ("chime worker --once", Ends(0, "nothing is due")),
    (
        "chime worker --config config/scheduler.yaml --once",
        Ends(0, "nothing is due"),
    ),
    ("chime worker --concurrency 4", Until("(Nightly backup)")),
    ("chime worker --jobs-dir", Until("takes up to 4 jobs")),
    ("chime worker", Until("takes up to 1 job")),
    ("chime mcp --http", Until("Serving")),
    ("chime serve --listen 0", Until("Chime serves")),
    (
        "chime serve",
        Not("another test may have its port; tests/serve asks it everything else"),
    ),
    (
        "chime open",
        Not("tests/serve, which opens its pages as a browser does"),
    ),
    ("chime token create --for icp:alice", Not(STORES)),
    (
        "chime token revoke 1f2e3d4c",
        Ends(3, "the tokens of the test have other ids"),
    ),
    (
        "chime config get",
        After("chime config set network=embedded networks.prod.canister=aaaaa-aa"),
    ),
    (
        "chime backup restore chime-7",
        After("chime backup download latest --to chime-7.backup"),
    ),
    (
        "chime completions",
        After(
            "mkdir -p ~/.local/share/bash-completion/completions ~/.zfunc \
             ~/.config/fish/completions ~/.config/elvish",
        ),
    ),
    (
        "chime task resume-from",
        After("chime task run pipeline --wait || true"),
    ),
    (
        "chime execution replay 41",
        After("chime task run pipeline --wait || true"),
    ),
    (
        "chime task show NAME",
        After("chime run --name NAME --note x --every 1h"),
    ),
    (
        "chime task pause NAME",
        After("chime run --name NAME --note x --every 1h"),
    ),
];

/// Files that the commands name, beside the jobs of `examples`.
pub const FILES: [(&str, &str); 15] = [
    (
        "task_config.json",
        r#"{"name": "nightly", "steps": [{"codex": "a.sh"}], "schedule": {"every": 3600}}"#,
    ),
    ("a.sh", "echo done\n"),
    ("report.py", "def async_task():\n    return 'ok'\n"),
    ("world.json", "{}"),
    (
        "examples/my_task.py",
        "def async_task():\n    ic.print('Processing...')\n    return 'ok'\n",
    ),
    (
        "daily.yaml",
        "Tasks:\n  - Name: daily\n    Schedule: \"@daily\"\n    ActionName: sync\n    EntityName: x\n",
    ),
    (
        "schema_tasks_daptin.yaml",
        "Tasks:\n  - Name: sync\n    Schedule: \"@every 1h\"\n    ActionName: sync\n    EntityName: x\n",
    ),
    (
        "task.json",
        r#"{"data": {"type": "task", "attributes": {"name": "old", "schedule": "@daily",
            "action_name": "cleanup", "entity_name": "temp_data"}}}"#,
    ),
    (
        "change.json",
        r#"{"data": {"type": "task", "id": "old", "attributes": {"schedule": "@every 2h"}}}"#,
    ),
    (
        "tasks.json",
        r#"{"tasks": [{"key": "j", "note": "x", "every": "1h"}]}"#,
    ),
    (
        "FILE",
        "id: f\nname: f\ncommand: 'true'\nschedule: '0 3 31 12 *'\n",
    ),
    ("config/scheduler.yaml", "jobs_dir: jobs\n"),
    (
        "home/jobs/c.yaml",
        "id: c\nname: c\ncommand: 'true'\nschedule: '0 3 31 12 *'\n",
    ),
    ("token", "a-token-of-some-length\n"),
    ("ci.password", "a password\n"),
];
