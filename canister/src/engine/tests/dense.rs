//! How many slots the schedules of an owner may have in an hour.

use chime_types::{
    AddScheduleRequest, ErrorKind, PauseTaskRequest, PutUserRequest, Quotas, SetScheduleRequest,
    UpdateTaskRequest,
};

use super::builtin_backup::{download, make_backup, upload};
use super::builtin_restore::restore;
use super::*;

fn world_with(slots: u64) -> World {
    World::configured(ConfigureRequest {
        maximum_slots_per_hour: Some(slots),
        ..ConfigureRequest::default()
    })
}

fn cron(expression: &str) -> NewSchedule {
    NewSchedule::new(Rule::Cron {
        expression: expression.to_string(),
    })
}

impl World {
    fn try_create(&mut self, schedule: NewSchedule) -> Result<Task, chime_types::Error> {
        service::create(&mut self.state, owner(), self.now, task(schedule))
    }

    fn slots(&self) -> u64 {
        let me = service::get_me(&self.state, owner(), self.now);
        me.slots_per_hour.unwrap()
    }
}

#[test]
fn should_accept_schedules_up_to_the_quota_and_refuse_one_slot_more() {
    let mut world = world_with(61);
    world.try_create(every(60)).unwrap();
    assert_eq!(world.slots(), 60);
    let refused = world.try_create(every(1_800)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::LimitExceeded);
    assert!(refused.rule.contains("maximum_slots_per_hour"), "{refused}");
    assert!(refused.rule.contains("62"), "{refused}");
    world.try_create(every(3_600)).unwrap();
    assert_eq!(world.slots(), 61);
    assert!(world.try_create(now_once()).is_err(), "the hour is full");
}

#[test]
fn should_count_the_densest_hour_of_a_rule_whatever_the_days() {
    for (schedule, slots) in [
        (cron("* * * * * *"), 3_600),
        (cron("*/10 * 9 1 1 *"), 360),
        (cron("0,30 2 * * *"), 2),
        (every(7), 515),
        (
            NewSchedule {
                maximum_runs: Some(5),
                ..every(1)
            },
            5,
        ),
    ] {
        let mut world = World::new();
        world.try_create(schedule).unwrap();
        assert_eq!(world.slots(), slots);
    }
}

#[test]
fn should_count_what_is_switched_on_only_and_check_it_whenever_it_is() {
    let mut world = world_with(60);
    let made = world.try_create(every(60)).unwrap();
    let now = world.now;
    let pause = PauseTaskRequest {
        task_id: made.id,
        reason: None,
        cancel_running: None,
    };
    service::pause(&mut world.state, owner(), now, pause).unwrap();
    assert_eq!(world.slots(), 0);
    let other = world.try_create(every(60)).unwrap();
    let resumed = service::resume(&mut world.state, owner(), now, made.id);
    assert_eq!(resumed.unwrap_err().kind, ErrorKind::LimitExceeded);
    let mut switch = SetScheduleRequest {
        task_id: other.id,
        schedule_id: other.schedules[0].id,
        disabled: true,
    };
    service::set_schedule(&mut world.state, owner(), now, &switch).unwrap();
    service::resume(&mut world.state, owner(), now, made.id).unwrap();
    switch.disabled = false;
    let refused = service::set_schedule(&mut world.state, owner(), now, &switch);
    assert_eq!(refused.unwrap_err().kind, ErrorKind::LimitExceeded);
    let add = AddScheduleRequest {
        task_id: made.id,
        schedule: every(3_600),
        expected_version: None,
    };
    let refused = service::add_schedule(&mut world.state, owner(), now, add);
    assert_eq!(refused.unwrap_err().kind, ErrorKind::LimitExceeded);
    assert_eq!(world.slots(), 60);
}

#[test]
fn should_put_the_new_schedules_of_a_task_in_the_place_of_its_old_ones() {
    let mut world = world_with(60);
    let made = world.try_create(every(60)).unwrap();
    let update = |seconds| UpdateTaskRequest {
        task_id: made.id,
        schedules: Some(vec![every(seconds)]),
        ..UpdateTaskRequest::default()
    };
    let now = world.now;
    service::update(&mut world.state, owner(), now, update(61)).unwrap();
    service::update(&mut world.state, owner(), now, update(60)).unwrap();
    let refused = service::update(&mut world.state, owner(), now, update(59));
    assert_eq!(refused.unwrap_err().kind, ErrorKind::LimitExceeded);
    world.configure(ConfigureRequest {
        maximum_slots_per_hour: Some(1),
        ..ConfigureRequest::default()
    });
    service::update(&mut world.state, owner(), now, update(120)).unwrap();
    assert_eq!(world.slots(), 30, "what makes them fewer is not refused");
}

#[test]
fn should_go_by_the_quota_of_a_user_and_hold_no_admin_to_it() {
    let mut world = world_with(1);
    let request = PutUserRequest {
        principal: owner().principal,
        name: None,
        role: None,
        quotas: Some(Quotas {
            maximum_slots_per_hour: Some(60),
            ..Quotas::default()
        }),
        disabled: None,
    };
    service::put_user(&mut world.state, admin(), START, request).unwrap();
    world.try_create(every(60)).unwrap();
    assert!(world.try_create(every(3_600)).is_err());
    service::create(&mut world.state, admin(), START, task(every(1))).unwrap();
}

#[test]
fn should_restore_schedules_up_to_the_quota_and_refuse_one_slot_more() {
    let mut world = World::new();
    world.try_create(every(60)).unwrap();
    let made = make_backup(&mut world);
    let chunks = download(&world, owner(), &made);
    for (slots, is_right) in [(59, false), (60, true)] {
        let mut other = world_with(slots);
        let uploaded = upload(&mut other, owner(), &chunks).unwrap();
        let answer = restore(&mut other, owner(), &uploaded, false);
        match answer {
            Ok(_) => assert!(is_right),
            Err(error) => {
                assert!(!is_right, "{error}");
                assert_eq!(error.kind, ErrorKind::LimitExceeded);
            }
        }
    }
}
