//! Registered actions and secrets: listed, used by name, removed.

use chime_tests::{Sender, World, in_virtual_time, now_once, task};
use chime_types::ExecutionStatus::{Completed, Failed};
use chime_types::{
    Action, ActionPage, DefineActionRequest, DeleteActionRequest, DeleteSecretRequest, ErrorKind,
    HttpAction, HttpHeader, ListActionsResult, NamesPageRequest, NewStep, PutSecretRequest,
    RemovedResult, SecretsResult,
};

use crate::support::{ask, ask_as, replica, show_as};

fn define(world: &mut World, sender: Sender, name: &str, text: &str, shared: bool) {
    let request = DefineActionRequest {
        name: name.to_string(),
        description: None,
        entity_name: None,
        action: Action::Note {
            text: text.to_string(),
        },
        shared: Some(shared),
    };
    let defined: chime_types::ActionResult = ask_as(world, sender, "define_action", &request);
    defined.into_result().expect("defined");
}

fn listed(world: &mut World, sender: Sender, cursor: Option<String>) -> ActionPage {
    let request = NamesPageRequest {
        cursor,
        limit: Some(2),
    };
    let answer: ListActionsResult = show_as(world, sender, "list_actions", &request);
    answer.into_result().expect("a page")
}

fn names(page: &ActionPage) -> Vec<(&str, bool)> {
    let actions = page.actions.iter();
    actions
        .map(|action| (action.name.as_str(), action.shared))
        .collect()
}

fn named(name: &str) -> NewStep {
    NewStep::new(Action::Named {
        action_name: name.to_string(),
        entity_name: None,
        attributes: String::new(),
        as_user: None,
    })
}

#[test]
fn should_list_own_actions_before_those_for_all_and_remove_them() {
    in_virtual_time(|world| {
        define(world, Sender::Owner, "report", "for all", true);
        define(world, Sender::Owner, "greet", "mine", false);
        define(world, Sender::Owner, "report", "mine", false);
        define(world, Sender::Stranger, "other", "of another", false);
        let first = listed(world, Sender::Owner, None);
        assert_eq!(names(&first), [("greet", false), ("report", false)]);
        let second = listed(world, Sender::Owner, first.next_cursor);
        assert_eq!(names(&second), [("report", true)]);
        assert_eq!(second.next_cursor, None);
        let run = |world: &mut World| {
            let made = world.create(&task("named", vec![named("report")], now_once()));
            world.execution(made.id)
        };
        assert_eq!(run(world).result.as_deref(), Some("mine"));
        for (shared, expected) in [(false, Some("for all")), (true, None)] {
            let request = DeleteActionRequest {
                name: "report".to_string(),
                shared: Some(shared),
            };
            let removed: RemovedResult = ask(world, "delete_action", &request);
            removed.into_result().expect("removed");
            let execution = run(world);
            assert_eq!(execution.result.as_deref(), expected, "{execution:?}");
        }
        let request = DeleteActionRequest {
            name: "report".to_string(),
            shared: Some(true),
        };
        let refused: RemovedResult = ask_as(world, Sender::Stranger, "delete_action", &request);
        let error = refused.into_result().expect_err("no admin");
        assert_eq!(error.kind, ErrorKind::Forbidden);
    });
}

#[test]
fn should_show_names_of_secrets_only_and_fail_without_one() {
    in_virtual_time(|world| {
        for name in ["ONE", "TWO"] {
            let request = PutSecretRequest {
                name: name.to_string(),
                secret: "s3cret".to_string(),
            };
            let answer: SecretsResult = ask(world, "put_secret", &request);
            answer.into_result().expect("names");
        }
        let request = chime_types::EmptyRequest {};
        let answer: SecretsResult = show_as(world, Sender::Owner, "list_secrets", &request);
        assert_eq!(answer.into_result().expect("names").names, ["ONE", "TWO"]);
        let answer: SecretsResult = show_as(world, Sender::Stranger, "list_secrets", &request);
        assert!(answer.into_result().expect("names").names.is_empty());
        let request = DeleteSecretRequest {
            name: "ONE".to_string(),
        };
        let answer: SecretsResult = ask(world, "delete_secret", &request);
        assert_eq!(answer.into_result().expect("names").names, ["TWO"]);
        let using = NewStep::new(Action::Http {
            request: HttpAction {
                headers: Some(vec![HttpHeader {
                    name: "authorization".to_string(),
                    value: "{{secrets.ONE}}".to_string(),
                }]),
                ..HttpAction::get("https://example.org")
            },
        });
        let made = world.create(&task("without", vec![using], now_once()));
        let execution = world.execution(made.id);
        assert_eq!(execution.status, Failed);
        let error = execution.error.expect("a cause");
        assert!(error.contains("secrets.ONE"), "{error}");
        assert!(replica(world).get_canister_http().is_empty());
        let made = world.create(&task("plain", vec![chime_tests::note("x")], now_once()));
        assert_eq!(world.statuses(made.id), [Completed]);
    });
}
