//! One hostile owner takes nothing from nine ordinary ones, for an hour. `scripts/simulate --hostile` lives
//! a day.

use chime_simulation::hostile::{both, compare};
use chime_simulation::world::Modules;

#[test]
fn should_keep_nine_owners_in_time_beside_a_hostile_one() {
    let (without, with) =
        both(&Modules::load(None), 1, &|_| ()).expect("ordinary owners are served");
    if let Err(violation) = compare(&without, &with) {
        panic!("{violation}");
    }
}
