//! The configuration: documented defaults, the set for production, and that it is heeded.

use chime_tests::{Sender, in_virtual_time, note, now_once, task};
use chime_types::{
    Config, ConfigPreset, ConfigResult, ConfigureRequest, CreateTaskRequest, EmptyRequest,
    ErrorKind, NewSchedule, OverlapPolicy, Task,
};

use crate::support::{HOUR, ask, ask_as, configure, on_request, show, taking_task};

/// At a time, tasks of a user, executions kept, default time-out, hours between two cleanups: in
/// the order of the document that names them.
const DEFAULTS: [u64; 5] = [10, 100, 1_000, 300, 24];
const PRODUCTION: [u64; 5] = [20, 500, 5_000, 600, 12];

fn documented(config: &Config) -> [u64; 5] {
    [
        config.maximum_concurrent.into(),
        config.maximum_tasks_per_owner,
        config.maximum_executions_per_task,
        config.default_timeout_seconds,
        config.cleanup_interval_seconds / HOUR,
    ]
}

fn shown(world: &mut chime_tests::World) -> Config {
    let answer: ConfigResult = show(world, "get_config", &EmptyRequest {});
    answer.into_result().expect("a configuration")
}

fn preset(preset: ConfigPreset) -> ConfigureRequest {
    ConfigureRequest {
        preset: Some(preset),
        ..ConfigureRequest::default()
    }
}

#[test]
fn should_begin_with_the_documented_defaults_and_know_the_set_for_production() {
    in_virtual_time(|world| {
        assert_eq!(shown(world), Config::default());
        assert_eq!(documented(&shown(world)), DEFAULTS);
        configure(world, &preset(ConfigPreset::Production));
        assert_eq!(documented(&shown(world)), PRODUCTION);
        configure(
            world,
            &ConfigureRequest {
                maximum_tasks_per_owner: Some(700),
                ..ConfigureRequest::default()
            },
        );
        world.upgrade_scheduler(true);
        let kept = shown(world);
        assert_eq!(documented(&kept), [20, 700, 5_000, 600, 12]);
        configure(world, &preset(ConfigPreset::Default));
        assert_eq!(documented(&shown(world)), DEFAULTS);
    });
}

#[test]
fn should_heed_what_is_configured() {
    in_virtual_time(|world| {
        let many = CreateTaskRequest {
            schedules: vec![NewSchedule {
                overlap: Some(OverlapPolicy::AllowAll),
                ..on_request()
            }],
            ..taking_task(world.callee, "many", 60, on_request())
        };
        // One owner leaves places to others.
        for (set, at_a_time) in [(ConfigPreset::Default, 8), (ConfigPreset::Production, 15)] {
            configure(world, &preset(set));
            let made: Task = world.create(&many);
            for _ in 0..30 {
                world.run_now(made.id);
            }
            assert_eq!(world.stats().running, at_a_time, "{set:?}");
            world.kill(made.id);
            assert_eq!(world.stats().running, 0);
        }
        let made = world.create(&task("one", vec![note("x")], now_once()));
        assert_eq!(made.steps[0].timeout_seconds, PRODUCTION[3]);
    });
}

#[test]
fn should_keep_no_more_executions_of_a_task_than_configured() {
    in_virtual_time(|world| {
        configure(
            world,
            &ConfigureRequest {
                maximum_executions_per_task: Some(3),
                ..ConfigureRequest::default()
            },
        );
        let made = world.create(&task("one", vec![note("x")], on_request()));
        let runs: Vec<u64> = (0..5).map(|_| world.run_now(made.id).id).collect();
        let kept: Vec<u64> = world.executions(made.id).iter().map(|one| one.id).collect();
        assert_eq!(kept, runs[2..]);
    });
}

#[test]
fn should_refuse_what_is_out_of_range_and_whoever_is_no_admin() {
    in_virtual_time(|world| {
        let before = shown(world);
        let rows = [
            (
                ConfigureRequest {
                    maximum_concurrent: Some(201),
                    ..ConfigureRequest::default()
                },
                "maximum_concurrent",
            ),
            (
                ConfigureRequest {
                    default_timeout_seconds: Some(0),
                    ..preset(ConfigPreset::Production)
                },
                "default_timeout_seconds",
            ),
            (
                ConfigureRequest {
                    cleanup_interval_seconds: Some(59),
                    ..ConfigureRequest::default()
                },
                "cleanup_interval_seconds",
            ),
        ];
        for (request, field) in rows {
            let answer: ConfigResult = ask(world, "configure", &request);
            let error = answer.into_result().expect_err("out of range");
            assert_eq!(error.field.as_deref(), Some(field));
        }
        let request = preset(ConfigPreset::Production);
        let answer: ConfigResult = ask_as(world, Sender::Stranger, "configure", &request);
        let error = answer.into_result().expect_err("no admin");
        assert_eq!(error.kind, ErrorKind::Forbidden);
        assert_eq!(shown(world), before, "nothing was changed");
    });
}
