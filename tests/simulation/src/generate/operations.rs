//! What happens, drawn.

use chime_tests::audit::Draw;

use super::{TASKS, Tempo, tasks};
use crate::story::{
    AlertPlan, CallFault, Change, ChannelPlan, Fault, Label, Limits, Operation, Owner, Report,
    Request, Setting, StepKind, TaskPlan, Upgrade, UserChange,
};

const OWNERS: u64 = 3;
const WORKERS: u64 = 2;

/// Host calls that a message of the system makes before it has left its work to others. Nothing in
/// them can fail on the Internet Computer.
const SPARED_HOST_CALLS: u64 = 8;

/// A life that is being drawn.
pub struct Life {
    pub draw: Draw,
    pub operations: Vec<Operation>,
    tempo: Tempo,
    setting: Setting,
    labels: u64,
    /// Operations until everything is well again.
    until_mended: Option<u64>,
    has_snapshot: bool,
}

impl Life {
    pub const fn new(draw: Draw, tempo: Tempo, setting: Setting) -> Self {
        Self {
            draw,
            operations: Vec::new(),
            tempo,
            setting,
            labels: 0,
            until_mended: None,
            has_snapshot: false,
        }
    }

    /// A task is made.
    pub fn create(&mut self) {
        let plan = tasks::task(&mut self.draw, self.tempo);
        let owner = self.owner();
        self.create_with(owner, plan);
    }

    /// Two owners make tasks that want more places than there are, for as long as can be, beside
    /// something of a third one.
    pub fn crowd(&mut self) {
        let first = self.owner();
        for owner in [first, first, self.beside(first, 1), self.beside(first, 1)] {
            self.create_with(owner, tasks::every_half_minute(StepKind::Never));
        }
        let other = self.beside(first, 2);
        self.create_with(other, tasks::every_half_minute(StepKind::Traced));
        self.operations.push(Operation::Pass { seconds: 900 });
    }

    /// What an owner has is poison for a while, beside something of another one.
    pub fn poison(&mut self) {
        let owner = self.owner();
        let other = self.beside(owner, 1);
        self.create_with(owner, tasks::every_half_minute(StepKind::Poisoned));
        self.create_with(other, tasks::every_half_minute(StepKind::Traced));
        self.operations.push(Operation::Break {
            what: Fault::Poison,
        });
        self.operations.push(Operation::Pass { seconds: 300 });
        // The others run in time, although it goes on.
        self.operations.push(Operation::Check);
        self.until_mended = Some(self.draw.below(4));
    }

    fn create_with(&mut self, owner: Owner, plan: TaskPlan) {
        let label = Label::try_from(self.labels).expect("few tasks");
        self.labels += 1;
        let plan = Box::new(plan);
        self.operations
            .push(Operation::Create { label, owner, plan });
    }

    /// One thing more happens, and time passes.
    pub fn live(&mut self) {
        let operation = match self.draw.below(100) {
            0..=29 => None,
            30..=33 if self.labels < TASKS => return self.create(),
            30..=47 => Some(self.change()),
            48..=55 => Some(self.ask()),
            56..=60 => Some(self.claim()),
            61..=67 => Some(self.work()),
            68..=81 => return self.break_something(),
            82..=86 => Some(self.upgrade()),
            87..=88 => Some(self.snapshot()),
            89..=91 => Some(Operation::Jump {
                seconds: self.tempo.jump_seconds(&mut self.draw),
            }),
            92..=98 => Some(self.administer()),
            _ => Some(Operation::Check),
        };
        self.operations.extend(operation);
        self.pass();
    }

    fn pass(&mut self) {
        let seconds = self.tempo.seconds(&mut self.draw);
        self.operations.push(Operation::Pass { seconds });
        self.until_mended = match self.until_mended {
            Some(0) => {
                self.operations.push(Operation::Mend);
                None
            }
            Some(left) => Some(left - 1),
            None => None,
        };
    }

    fn owner(&mut self) -> Owner {
        self.draw.small(OWNERS)
    }

    /// Another owner than this one.
    fn beside(&self, owner: Owner, places: Owner) -> Owner {
        (owner + places) % Owner::try_from(OWNERS).expect("few owners")
    }

    fn label(&mut self) -> Label {
        self.draw.small(self.labels.max(1))
    }

    fn change(&mut self) -> Operation {
        let label = self.label();
        let index = self.draw.small(4);
        let draw = &mut self.draw;
        let what = match draw.below(20) {
            0..=2 => Change::Pause {
                cancel_running: draw.below(2) == 0,
            },
            3..=6 => Change::Resume,
            7 => Change::Delete,
            8..=11 => Change::RunNow,
            12 => Change::Rename,
            13 => Change::Retries {
                count: draw.pick(&[0, 1, 3]),
                delay_seconds: draw.pick(&[1, 10]),
            },
            14 => Change::Steps {
                steps: tasks::steps(draw),
            },
            15 => Change::AddSchedule {
                schedule: tasks::schedule(draw, self.tempo),
            },
            16 => Change::RemoveSchedule { index },
            17 => Change::SetSchedule {
                index,
                disabled: draw.below(2) == 0,
            },
            18 => Change::ReplaceSchedules {
                schedules: vec![tasks::schedule(draw, self.tempo)],
            },
            _ => Change::Backfill {
                index,
                back_seconds: self.tempo.seconds(draw) * 4,
                maximum_concurrent: draw.pick(&[1, 3]),
            },
        };
        Operation::Change { label, what }
    }

    fn ask(&mut self) -> Operation {
        let what = match self.draw.below(4) {
            0 => Request::Snooze {
                seconds: self.draw.pick(&[0, 5, 100]),
            },
            1 => Request::Retry {
                from_start: self.draw.below(2) == 0,
            },
            _ => Request::Cancel {
                terminate: self.draw.below(2) == 0,
            },
        };
        Operation::Ask {
            label: self.label(),
            back: self.draw.small(5),
            what,
        }
    }

    fn claim(&mut self) -> Operation {
        Operation::Claim {
            worker: self.draw.small(WORKERS),
            limit: self.draw.pick(&[1, 3, 50]),
            lease_seconds: self.draw.pick(&[5, 60, 600]),
        }
    }

    fn work(&mut self) -> Operation {
        let what = match self.draw.below(10) {
            0..=2 => Report::Heartbeat,
            3..=6 => Report::Complete,
            7 => Report::Fail {
                terminal: self.draw.below(2) == 0,
            },
            8 => Report::Release {
                snooze_seconds: self.draw.pick(&[0, 30]),
            },
            _ => Report::Die,
        };
        Operation::Work {
            worker: self.draw.small(WORKERS),
            what,
        }
    }

    fn administer(&mut self) -> Operation {
        let owner = self.owner();
        let draw = &mut self.draw;
        match draw.below(9) {
            0..=1 => Operation::Configure {
                limits: draw.pick(&[Limits::Default, Limits::Wide, Limits::Narrow]),
            },
            2..=3 => Operation::PutUser {
                owner,
                what: UserChange::Disabled(draw.below(3) == 0),
            },
            4 => Operation::PutUser {
                owner,
                what: UserChange::RunsPerHour(draw.pick(&[5, 1_000_000])),
            },
            5 => Operation::Define { owner },
            6 => Operation::ReplayDeadLetters { owner },
            7 => Operation::DeleteCallee,
            _ => Operation::Alert {
                owner,
                condition: draw.pick(&[
                    AlertPlan::Failure,
                    AlertPlan::FailuresInARow(2),
                    AlertPlan::Missed,
                    AlertPlan::Late(5),
                ]),
                channel: draw.pick(&[
                    ChannelPlan::Inbox,
                    ChannelPlan::Webhook,
                    ChannelPlan::Canister,
                ]),
            },
        }
    }

    fn upgrade(&mut self) -> Operation {
        let how = match self.draw.below(4) {
            0 => Upgrade::Stopped,
            1 => Upgrade::Raw,
            _ => Upgrade::After {
                messages: 1 + self.draw.below(20),
            },
        };
        Operation::Upgrade { how }
    }

    fn snapshot(&mut self) -> Operation {
        let load = self.has_snapshot;
        self.has_snapshot = !load;
        Operation::Snapshot { load }
    }

    fn break_something(&mut self) {
        let what = self.fault();
        self.operations.push(Operation::Break { what });
        if self.until_mended.is_none() {
            self.until_mended = Some(self.draw.below(4));
        }
        self.pass();
    }

    fn fault(&mut self) -> Fault {
        let draw = &mut self.draw;
        match draw.below(12) {
            0..=1 => Fault::Messages {
                count: draw.pick(&[1, 2, 3, 30]),
                host_call: SPARED_HOST_CALLS + 1 + (1 << draw.below(12)),
            },
            2..=3 => Fault::Traps {
                per_million: draw.pick(&[20_000, 100_000]),
            },
            4 => Fault::Instructions {
                millions: draw.pick(&[4, 8, 30]),
            },
            5 if self.setting.fees => Fault::Freeze,
            6 => Fault::Stop,
            7 => Fault::WebSilent,
            8 => Fault::Poison,
            9..=10 => Fault::Call {
                call: 1 + draw.below(4),
                what: match draw.below(5) {
                    0 => CallFault::Lose,
                    1 => CallFault::Delay {
                        seconds: draw.pick(&[5, 100, 500]),
                    },
                    2 => CallFault::Double,
                    3 => CallFault::UnknownAfter,
                    _ => CallFault::UnknownBefore,
                },
            },
            _ => Fault::Answers {
                per_million: draw.pick(&[30_000, 150_000]),
            },
        }
    }
}
