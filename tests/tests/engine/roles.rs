//! Who may do what: users, their roles, and in whose name a task runs.

use chime_tests::{Sender, World, every, in_virtual_time, note, now_once, task};
use chime_types::ExecutionStatus::{Completed, Skipped};
use chime_types::{
    Action, ClaimJobsRequest, ClaimJobsResult, ConfigResult, ConfigureRequest, CreateTaskRequest,
    EmptyRequest, ErrorKind, ExecutionContext, GetTaskExecutionsRequest, GetTaskExecutionsResult,
    ListUsersRequest, ListUsersResult, NewStep, PutUserRequest, RemovedResult, Role, Task,
    TaskRequest, TaskResult, UpdateTaskRequest, UserRequest, UserResult,
};

use crate::support::{
    ask, ask_as, callee_shows, configure, noting, on_request, put_user, show, show_as, stranger_is,
    user,
};

/// What the stranger may do with a task of the owner's: see, operate, change; make one of its own;
/// configure; claim commands.
fn may(world: &mut World, task_id: u64) -> [bool; 6] {
    let stranger = Sender::Stranger;
    let request = TaskRequest { task_id };
    let change = UpdateTaskRequest {
        task_id,
        name: Some("new".to_string()),
        ..UpdateTaskRequest::default()
    };
    let claim = ClaimJobsRequest {
        worker: "w".to_string(),
        queue: None,
        limit: None,
        lease_seconds: None,
    };
    let see: TaskResult = show_as(world, stranger, "get_task", &request);
    let operate: TaskResult = ask_as(world, stranger, "resume_task", &request);
    let change: TaskResult = ask_as(world, stranger, "update_task", &change);
    let make: TaskResult = ask_as(world, stranger, "create_task", &noting(on_request()));
    let nothing = ConfigureRequest::default();
    let set: ConfigResult = ask_as(world, stranger, "configure", &nothing);
    let claim: ClaimJobsResult = ask_as(world, stranger, "claim_jobs", &claim);
    [
        see.into_result().is_ok(),
        operate.into_result().is_ok(),
        change.into_result().is_ok(),
        make.into_result().is_ok(),
        set.into_result().is_ok(),
        claim.into_result().is_ok(),
    ]
}

#[test]
fn should_allow_each_role_what_it_may_and_no_more() {
    in_virtual_time(|world| {
        let made = world.create(&noting(every(60)));
        let rows = [
            (Role::Admin, [true, true, true, true, true, true]),
            (Role::Operator, [true, true, false, true, false, true]),
            (Role::User, [false, false, false, true, false, true]),
            (Role::Viewer, [true, false, false, false, false, false]),
            (Role::Worker, [false, false, false, false, false, true]),
        ];
        for (role, expected) in rows {
            stranger_is(world, role);
            let me: UserResult = show_as(world, Sender::Stranger, "get_me", &EmptyRequest {});
            assert_eq!(me.into_result().expect("a user").role, role);
            assert_eq!(may(world, made.id), expected, "{role:?}");
        }
    });
}

fn me(world: &mut World) -> Result<Role, ErrorKind> {
    let answer: UserResult = show_as(world, Sender::Stranger, "get_me", &EmptyRequest {});
    let user = answer.into_result().map_err(|error| error.kind)?;
    Ok(user.role)
}

#[test]
fn should_admit_everybody_or_only_registered_users() {
    in_virtual_time(|world| {
        assert_eq!(me(world), Ok(Role::User), "open to everybody");
        configure(
            world,
            &ConfigureRequest {
                open_to_everybody: Some(false),
                ..ConfigureRequest::default()
            },
        );
        assert_eq!(me(world), Err(ErrorKind::Forbidden));
        let named = PutUserRequest {
            name: Some("ann@example.com".to_string()),
            ..user(world, Sender::Stranger)
        };
        put_user(world, &named);
        world.upgrade_scheduler(true);
        assert_eq!(me(world), Ok(Role::User));
        let answer: ListUsersResult = show(world, "list_users", &ListUsersRequest::default());
        let users = answer.into_result().expect("a page").users;
        assert_eq!(users.len(), 1);
        assert_eq!(users[0].name.as_deref(), Some("ann@example.com"));
        let request = UserRequest {
            principal: users[0].principal,
        };
        let removed: RemovedResult = ask(world, "delete_user", &request);
        removed.into_result().expect("removed");
        assert_eq!(me(world), Err(ErrorKind::Forbidden));
    });
}

/// A task of the stranger's.
fn make(world: &mut World, request: &CreateTaskRequest) -> Task {
    let answer: TaskResult = ask_as(world, Sender::Stranger, "create_task", request);
    answer.into_result().expect("a task")
}

#[test]
fn should_leave_the_slots_of_a_user_out_who_is_switched_off() {
    in_virtual_time(|world| {
        let made = make(world, &noting(every(60)));
        world.pass(60);
        let switch = |world: &mut World, off| {
            let request = PutUserRequest {
                disabled: Some(off),
                ..user(world, Sender::Stranger)
            };
            put_user(world, &request);
        };
        switch(world, true);
        assert_eq!(me(world), Err(ErrorKind::Forbidden));
        world.pass(120);
        switch(world, false);
        world.pass(60);
        let request = GetTaskExecutionsRequest {
            task_id: made.id,
            cursor: None,
            limit: None,
            status: None,
        };
        let answer: GetTaskExecutionsResult =
            show_as(world, Sender::Stranger, "get_task_executions", &request);
        let executions = answer.into_result().expect("a page").executions;
        let statuses: Vec<_> = executions.iter().rev().map(|one| one.status).collect();
        // The slots of that time share a record.
        assert_eq!(statuses, [Completed, Skipped, Completed]);
        assert_eq!(executions[1].slots, 2);
        let reason = executions[1].error.as_deref();
        let text = "skipped: the owner is disabled, or has a role that has no tasks";
        assert_eq!(reason, Some(text));
    });
}

#[test]
fn should_run_in_the_name_of_another_for_admins_only() {
    in_virtual_time(|world| {
        let owner = world.network.principal(Sender::Owner);
        let stranger = world.network.principal(Sender::Stranger);
        let context = NewStep::new(Action::Call {
            canister: world.callee.0,
            method: "with_context".to_string(),
            arguments: None,
            cycles: None,
            with_context: Some(true),
            error_cases: None,
        });
        let request = |run_as| CreateTaskRequest {
            run_as,
            ..task("in the name", vec![context.clone()], now_once())
        };
        let refused: TaskResult = ask_as(
            world,
            Sender::Stranger,
            "create_task",
            &request(Some(owner)),
        );
        let error = refused.into_result().expect_err("no admin");
        assert_eq!(error.field.as_deref(), Some("run_as"));
        make(world, &request(Some(stranger)));
        world.create(&request(None));
        world.create(&request(Some(stranger)));
        let contexts: Vec<ExecutionContext> = callee_shows(world, "contexts");
        let users: Vec<_> = contexts.iter().map(|context| context.user).collect();
        assert_eq!(users, [stranger, owner, stranger]);
    });
}

#[test]
fn should_give_a_worker_the_name_of_the_user_it_works_for() {
    in_virtual_time(|world| {
        let named = PutUserRequest {
            name: Some("ann@example.com".to_string()),
            ..user(world, Sender::Stranger)
        };
        let ann = put_user(world, &named).principal;
        let command = NewStep::new(Action::Command {
            command: "true".to_string(),
            queue: None,
        });
        let steps = vec![note("first"), command];
        world.create(&CreateTaskRequest {
            run_as: Some(ann),
            ..task("command", steps, now_once())
        });
        let claim = ClaimJobsRequest {
            worker: "w".to_string(),
            queue: None,
            limit: None,
            lease_seconds: None,
        };
        let answer: ClaimJobsResult = ask(world, "claim_jobs", &claim);
        let jobs = answer.into_result().expect("jobs").jobs;
        assert_eq!(jobs[0].as_user.as_deref(), Some("ann@example.com"));
        assert_eq!(jobs[0].owner, world.network.principal(Sender::Owner));
    });
}
