//! Keys of exported tasks: each means one task, whatever their names are.

use chime_types::{Action, Task};

use super::export_tests::with_action;
use super::{Outcome, Plan, Step, exported, read};

/// Two tasks of one name, and one that was applied under the name of another as its key.
#[test]
fn should_export_tasks_with_keys_that_mean_no_other() {
    let applied = Task {
        metadata: r#"{"applied_from":{"source":"jobs.yaml","key":"chime:report","hash":"","schedules_hash":"","active":true}}"#.into(),
        ..with_action(Action::Note { text: "applied".into() })
    };
    let named = |id: u64, name: &str| Task {
        id,
        name: name.into(),
        ..with_action(Action::Note {
            text: format!("of {id}"),
        })
    };
    let all = vec![
        applied,
        named(8, "report"),
        named(9, "twice"),
        named(10, "twice"),
        named(11, "alone"),
    ];
    let whole = serde_norway::to_string(&exported(&all, &all)).unwrap();
    let single: Vec<_> = all
        .iter()
        .map(|task| serde_norway::to_string(&exported(std::slice::from_ref(task), &all)).unwrap())
        .collect();
    for (files, keys) in [(vec![whole], 1), (single, 5)] {
        assert_eq!(files.len(), keys);
        let directory = tempfile::tempdir().unwrap();
        let mut plan = Plan::new(all.clone());
        let mut kept = Vec::new();
        for (number, text) in files.iter().enumerate() {
            let path = directory.path().join(format!("{number}.yaml"));
            std::fs::write(&path, text).unwrap();
            for finding in read(&[path]) {
                let Outcome::Task(declaration) = finding.outcome else {
                    panic!("{text}\n{:?}", finding.outcome);
                };
                match plan.declare(&declaration, &format!("{number}.yaml")) {
                    Step::Unchanged(task) => kept.push(task.id),
                    // Its mark knows nothing of what it does.
                    Step::Update(change) => kept.push(change.task.id),
                    other => panic!("{text}\n{other:?}"),
                }
            }
        }
        assert_eq!(kept, [7, 8, 9, 10, 11], "{files:?}");
    }
    let key = |task: &Task| exported(std::slice::from_ref(task), &all)["tasks"][0]["key"].clone();
    let keys: Vec<_> = all.iter().map(key).collect();
    assert_eq!(
        keys,
        ["report", "report #8", "twice #9", "twice #10", "alone"]
    );
}
