//! The threat model names tests, and they exist.

use std::fs;
use std::path::Path;

use chime_tests::workspace;

/// The text of all the tests.
fn tests_of(directory: &Path, text: &mut String) {
    for entry in fs::read_dir(directory).expect("what the test needs") {
        let path = entry.expect("what the test needs").path();
        let is_hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.') || name == "target");
        if path.is_dir() && !is_hidden {
            tests_of(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(&path).expect("what the test needs"));
        }
    }
}

#[test]
fn should_name_a_test_that_exists_in_every_row_of_the_threat_model() {
    let model =
        fs::read_to_string(workspace().join("docs/threat-model.md")).expect("what the test needs");
    let mut tests = String::new();
    tests_of(&workspace(), &mut tests);
    let rows = model
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains("should_"));
    let mut named = 0;
    for row in rows {
        for name in row.split('`').filter(|part| part.starts_with("should_")) {
            named += 1;
            assert!(tests.contains(&format!("fn {name}(")), "no test {name}");
        }
    }
    assert!(named > 20, "{named} tests are named");
    let untested: Vec<&str> = model
        .lines()
        .filter(|line| line.starts_with("| ") && !line.contains("should_"))
        .filter(|line| !line.contains("| test |") && !line.starts_with("| ---"))
        .collect();
    assert!(untested.is_empty(), "rows without a test: {untested:#?}");
}
