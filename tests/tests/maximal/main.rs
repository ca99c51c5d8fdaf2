//! Whatever a user can store can be processed within a tenth of what a message may spend: the dearest
//! request of every method that the limits allow, on a scheduler whose lists and texts are full, and
//! then everything that comes of what was stored.
//!
//! `-- --nocapture` prints what each of them takes.

mod content;
mod methods;
mod programs;
mod scene;
mod texts;
mod trials;

use std::collections::BTreeSet;

use chime_tests::interface::Interface;
use chime_tests::workspace;

use scene::{OWN, Scene};

#[test]
fn should_take_a_tenth_of_a_message_for_the_dearest_request_of_every_method() {
    let mut scene = Scene::new();
    content::fill(&mut scene);
    programs::fill(&mut scene);
    methods::read(&mut scene);
    methods::make(&mut scene);
    methods::work(&mut scene);
    methods::keep(&mut scene);
    programs::ask(&mut scene);
    trials::try_changes(&mut scene);
    scene.pass(120);
    methods::read(&mut scene);
    methods::remove(&mut scene);
    scene.pass(30);
    let text = std::fs::read_to_string(workspace().join("scheduler.did")).expect("a file");
    let interface = Interface::of(&text);
    let expected: BTreeSet<&str> = interface.methods();
    let asked = scene.figures.keys().map(|(method, _)| *method);
    let asked: BTreeSet<&str> = asked.filter(|method| *method != OWN).collect();
    assert_eq!(asked, expected, "every method has a dearest request");
    scene.judge();
}
