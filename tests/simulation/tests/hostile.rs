//! One hostile owner takes nothing from nine ordinary ones.
//!
//! `cargo test --release --workspace --test hostile -- --ignored`, or `scripts/simulate --hostile`

use chime_simulation::hostile::{DAY, both, compare};
use chime_simulation::world::Modules;

#[test]
#[ignore = "takes minutes"]
fn should_keep_nine_owners_in_time_beside_a_hostile_one() {
    let (without, with) = both(&Modules::load(None), DAY).expect("ordinary owners are served");
    if let Err(violation) = compare(&without, &with) {
        panic!("{violation}");
    }
}
