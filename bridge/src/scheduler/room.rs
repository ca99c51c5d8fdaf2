//! Whether the scheduler has room for the tasks that are about to be made: what a dry run can foresee of
//! the quotas of the caller. The scheduler checks them again, and all else, when it is done.

use chime_schedule::{Definition, Schedule};
use chime_types::{Config, EmptyRequest, NewSchedule, Role, Task, User};

use super::{Canister, Scheduler};
use crate::error::{Advises, Error, Kind, Result};

/// What is left for an owner. It shrinks with each task that is foreseen.
#[derive(Clone, Debug)]
pub struct Room {
    may_own: bool,
    is_admin: bool,
    tasks: u64,
    /// Those among them that make way for new ones.
    over: u64,
    maximum_tasks: u64,
    slots: u64,
    maximum_slots: u64,
}

impl<C: Canister> Scheduler<C> {
    /// The room that the caller has for at most so many new tasks.
    ///
    /// # Errors
    /// Those of `get_me`, `get_config` and `get_my_tasks`.
    pub async fn room(&self, wanted: u64) -> Result<Room> {
        let me = self.get_me(&EmptyRequest {}).await?;
        let may_own = may_own(me.role);
        if !may_own {
            // A worker may not even see the limits.
            return Ok(Room::none());
        }
        let config = self.get_config(&EmptyRequest {}).await?;
        let mut room = Room::of(&me, &config);
        if room.tasks.saturating_add(wanted) > room.maximum_tasks {
            let tasks = self.all_tasks().await?;
            room.over = tasks.iter().filter(|task| is_over(task)).count() as u64;
        }
        Ok(room)
    }
}

const fn may_own(role: Role) -> bool {
    match role {
        Role::Admin | Role::Operator | Role::User => true,
        Role::Viewer | Role::Worker => false,
    }
}

/// Whether nothing more happens in a task by itself, so that it makes way.
fn is_over(task: &Task) -> bool {
    let mut schedules = task.schedules.iter();
    !task.disabled
        && task.active_executions == 0
        && !task.schedules.is_empty()
        && schedules.all(|schedule| schedule.next_run_at.is_none() && !schedule.disabled)
}

/// Slots that a schedule has in an hour. What the scheduler would refuse has none.
fn slots_of(schedule: &NewSchedule) -> u64 {
    if schedule.disabled == Some(true) {
        return 0;
    }
    let definition = Definition {
        timezone: schedule.timezone.as_deref(),
        ..Definition::new(&schedule.rule)
    };
    let slots = Schedule::compile(&definition).map_or(0, |rule| rule.slots_an_hour().max(1));
    u64::from(slots).min(schedule.maximum_runs.unwrap_or(u64::MAX))
}

impl Room {
    fn of(me: &User, config: &Config) -> Self {
        let tasks = me.quotas.maximum_tasks;
        let slots = me.quotas.maximum_slots_per_hour;
        Self {
            may_own: true,
            is_admin: me.role == Role::Admin,
            tasks: me.tasks,
            over: 0,
            maximum_tasks: tasks.unwrap_or(config.maximum_tasks_per_owner),
            slots: me.slots_per_hour.unwrap_or(0),
            maximum_slots: slots.unwrap_or(config.maximum_slots_per_hour),
        }
    }

    const fn none() -> Self {
        Self {
            may_own: false,
            is_admin: false,
            tasks: 0,
            over: 0,
            maximum_tasks: 0,
            slots: 0,
            maximum_slots: 0,
        }
    }

    /// Takes the room of one more task with these schedules; `runs` says whether they would fire.
    ///
    /// # Errors
    /// `Forbidden` or `LimitExceeded`, in the words of the scheduler.
    pub fn take(&mut self, schedules: &[NewSchedule], runs: bool) -> Result<()> {
        if !self.may_own {
            return Err(Error::new(
                Kind::Forbidden,
                "only a user, an operator or an admin may do this",
                "ask an admin for another role (put_user)",
            )
            .advising(Advises::Fix));
        }
        let slots = match runs {
            true => schedules.iter().map(slots_of).fold(0, u64::saturating_add),
            false => 0,
        };
        self.take_slots(slots)?;
        self.take_task()
    }

    fn take_slots(&mut self, slots: u64) -> Result<()> {
        let all = self.slots.saturating_add(slots);
        if slots > 0 && all > self.maximum_slots && !self.is_admin {
            return Err(Error::new(
                Kind::LimitExceeded,
                format!(
                    "at most {} slots in an hour for all schedules of this owner \
                     (maximum_slots_per_hour), with these it would be {all}",
                    self.maximum_slots
                ),
                "choose longer intervals, disable other schedules, or ask an admin for a higher \
                 quota (put_user, configure)",
            )
            .advising(Advises::Fix));
        }
        self.slots = all;
        Ok(())
    }

    fn take_task(&mut self) -> Result<()> {
        if self.tasks < self.maximum_tasks {
            self.tasks += 1;
            return Ok(());
        }
        // The oldest that is over makes way, if that is enough.
        if self.over > 0 && self.tasks - self.over < self.maximum_tasks {
            self.over -= 1;
            return Ok(());
        }
        Err(Error::new(
            Kind::LimitExceeded,
            format!(
                "at most {} tasks of this owner that have times left, are paused or have something \
                 under way",
                self.maximum_tasks
            ),
            "delete tasks that are no longer needed, or ask an admin for a higher quota (put_user, \
             configure)",
        )
        .advising(Advises::Fix))
    }
}

#[cfg(test)]
mod tests {
    use chime_types::Rule;

    use super::*;

    fn every(seconds: u64) -> NewSchedule {
        NewSchedule::new(Rule::Interval {
            repeat_every_seconds: seconds,
            phase_seconds: None,
        })
    }

    fn room(tasks: u64, over: u64, maximum_tasks: u64) -> Room {
        Room {
            may_own: true,
            is_admin: false,
            tasks,
            over,
            maximum_tasks,
            slots: 0,
            maximum_slots: 3_600,
        }
    }

    /// How many tasks are taken until one is refused.
    fn taken(mut room: Room, schedule: &NewSchedule) -> usize {
        let mut count = 0;
        while count < 20 && room.take(std::slice::from_ref(schedule), true).is_ok() {
            count += 1;
        }
        count
    }

    #[test]
    fn should_foresee_which_task_is_one_too_many() {
        for (tasks, over, maximum, expected) in [
            (0, 0, 3, 3),
            (2, 0, 3, 1),
            (3, 0, 3, 0),
            // What is over makes way, one for each.
            (3, 2, 3, 2),
            // Somebody lowered the limit.
            (5, 1, 3, 0),
            (5, 3, 3, 1),
        ] {
            let room = room(tasks, over, maximum);
            assert_eq!(
                taken(room, &every(3_600)),
                expected,
                "{tasks} {over} {maximum}"
            );
        }
        let refused = room(3, 0, 3).take(&[], true).unwrap_err();
        assert_eq!(refused.kind(), Kind::LimitExceeded);
        assert!(refused.rule().starts_with("at most 3 tasks"), "{refused:?}");
    }

    #[test]
    fn should_foresee_which_slot_is_one_too_many() {
        assert_eq!(taken(room(0, 0, 100), &every(1)), 1);
        assert_eq!(taken(room(0, 0, 100), &every(2)), 2);
        let off = NewSchedule {
            disabled: Some(true),
            ..every(1)
        };
        assert_eq!(taken(room(0, 0, 100), &off), 20);
        let few = NewSchedule {
            maximum_runs: Some(1_200),
            ..every(1)
        };
        assert_eq!(taken(room(0, 0, 100), &few), 3);
        let mut paused = room(0, 0, 100);
        assert!((0..9).all(|_| paused.take(&[every(1)], false).is_ok()));
        let admin = Room {
            is_admin: true,
            ..room(0, 0, 10)
        };
        assert_eq!(
            taken(admin, &every(1)),
            10,
            "an admin has slots without end"
        );
    }

    #[test]
    fn should_foresee_that_a_role_has_no_tasks() {
        let refused = Room::none().take(&[], true).unwrap_err();
        assert_eq!(refused.kind(), Kind::Forbidden);
    }
}
