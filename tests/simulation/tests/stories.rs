//! The stories that were kept: each broke a rule once.

use chime_simulation::many::outcome;
use chime_simulation::story::Story;
use chime_simulation::world::Modules;

#[test]
fn should_live_through_every_story_that_was_kept() {
    let modules = Modules::load(None);
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/stories");
    for entry in std::fs::read_dir(directory).expect("the stories") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = std::fs::read(&path).expect("a story");
        let story: Story = serde_json::from_slice(&text).expect("a story");
        if let Err(failure) = outcome(&story, &modules) {
            panic!(
                "{}, after operation {}: {}",
                path.display(),
                failure.after,
                failure.violation
            );
        }
    }
}

#[test]
fn should_draw_the_same_story_from_the_same_seed_and_run_it_the_same_way() {
    let modules = Modules::load(None);
    let story = chime_simulation::generate::story(7);
    assert_eq!(story, chime_simulation::generate::story(7));
    assert_ne!(story, chime_simulation::generate::story(8));
    assert_eq!(outcome(&story, &modules), outcome(&story, &modules));
}
