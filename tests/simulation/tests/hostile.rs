//! One hostile owner takes nothing from nine ordinary ones.
//!
//! `cargo test --release --workspace --test hostile -- --ignored`

use chime_replica::on_guest_stack;
use chime_simulation::hostile::{Scale, compare, live};
use chime_simulation::world::Modules;

#[test]
#[ignore = "takes minutes, and needs fair shares of places"]
fn should_keep_nine_owners_in_time_beside_a_hostile_one() {
    let modules = Modules::load(None);
    let scale = Scale {
        hours: 24,
        busy_seconds: 20,
        tasks_of_a_kind: 4,
    };
    let figures = |with_hostile| {
        on_guest_stack(|| live(&modules, with_hostile, scale)).expect("ordinary owners are served")
    };
    let (without, with) = (figures(false), figures(true));
    if let Err(violation) = compare(&without, &with) {
        panic!("{violation}");
    }
}
