//! From a seed to a story.

mod operations;
mod tasks;

use chime_tests::audit::Draw;

use crate::story::{Limits, Operation, Setting, Story};

/// How fast a life is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tempo {
    /// Slots every few seconds to minutes, hours in all.
    Fast,
    /// Slots every few hours to weeks, months and years in all.
    Slow,
}

impl Tempo {
    /// A time to let pass.
    fn seconds(self, draw: &mut Draw) -> u64 {
        match self {
            Self::Fast => draw.pick(&[1, 7, 20, 61, 90, 150, 300]) + draw.below(30),
            Self::Slow => draw.pick(&[5, 61, 3_600, 20_000, 86_400, 200_000]) + draw.below(60),
        }
    }

    /// A jump of the clock.
    fn jump_seconds(self, draw: &mut Draw) -> u64 {
        match self {
            Self::Fast => draw.pick(&[30, 61, 130, 700, 3_000]) + draw.below(50),
            Self::Slow => draw.pick(&[700, 86_400, 700_000, 20_000_000, 63_000_000]),
        }
    }
}

/// Tasks of a story.
const TASKS: u64 = 6;

/// The story of a seed.
#[must_use]
pub fn story(seed: u64) -> Story {
    let mut draw = Draw(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x00C4_1E0C);
    let tempo = draw.pick(&[Tempo::Fast, Tempo::Fast, Tempo::Slow]);
    let setting = Setting {
        fees: draw.below(2) == 0,
        limits: draw.pick(&[Limits::Default, Limits::Wide, Limits::Narrow]),
    };
    let mut life = operations::Life::new(draw, tempo, setting);
    if tempo == Tempo::Fast {
        match life.draw.below(8) {
            0 => life.crowd(),
            1 => life.poison(),
            _ => {}
        }
    }
    let tasks = 1 + life.draw.below(3);
    for _ in 0..tasks {
        life.create();
    }
    let length = 12 + life.draw.below(24);
    for _ in 0..length {
        life.live();
    }
    life.operations.push(Operation::Mend);
    Story {
        seed,
        breaks: None,
        setting,
        operations: life.operations,
    }
}
