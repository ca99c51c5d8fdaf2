//! What owners do with alerts and the inbox.

use chime_types::HttpHeader;

use super::*;

#[test]
fn should_remove_the_alerts_on_a_task_with_it_and_keep_count() {
    let mut world = World::new();
    let made = world.create(task(every(60)));
    world.alert(on_task(AlertCondition::Silent {}, &made));
    let kept = world.alert(alert(AlertCondition::Failure {}));
    assert_eq!(world.state.owner(owner().principal).alerts, 2);
    service::delete(&mut world.state, owner(), world.now, made.id).unwrap();
    assert_eq!(world.state.owner(owner().principal).alerts, 1);
    assert_eq!(world.alerts(), std::slice::from_ref(&kept));
    assert_eq!(world.next_in_seconds(), None);
    let request = AlertRequest { alert_id: kept.id };
    let strange = service::delete_alert(&mut world.state, stranger(), world.now, &request);
    assert_eq!(strange.unwrap_err().field.as_deref(), Some("alert_id"));
    service::delete_alert(&mut world.state, owner(), world.now, &request).unwrap();
    assert_eq!(world.state.owner(owner().principal).alerts, 0);
}

fn late(seconds: u64) -> CreateAlertRequest {
    alert(AlertCondition::Late { seconds })
}

fn failures(count: u32) -> CreateAlertRequest {
    alert(AlertCondition::FailuresInARow { count })
}

fn cooldown(seconds: u64) -> CreateAlertRequest {
    CreateAlertRequest {
        cooldown_seconds: Some(seconds),
        ..alert(AlertCondition::Failure {})
    }
}

fn webhook(url: &str, value: &str) -> CreateAlertRequest {
    CreateAlertRequest {
        channel: Channel::Webhook {
            url: url.to_string(),
            headers: Some(vec![HttpHeader {
                name: "x".to_string(),
                value: value.to_string(),
            }]),
        },
        ..alert(AlertCondition::Failure {})
    }
}

#[test]
fn should_accept_each_limit_of_an_alert_and_refuse_one_more() {
    let mut world = World::new();
    let made = world.quiet_task();
    for good in [
        late(1),
        late(86_400),
        failures(2),
        failures(1_000),
        cooldown(0),
        cooldown(31_536_000),
        webhook("https://hooks.example", "{{secrets.KEY}} {{{{x}}"),
        webhook("{{secrets.URL}}", ""),
        webhook("https://hooks.example/{{secrets.KEY}}", ""),
        on_task(AlertCondition::Silent {}, &made),
    ] {
        world.alert(good);
    }
    for (bad, field) in [
        (late(0), "condition.late.seconds"),
        (late(86_401), "condition.late.seconds"),
        (failures(1), "condition.failures_in_a_row.count"),
        (failures(1_001), "condition.failures_in_a_row.count"),
        (cooldown(31_536_001), "cooldown_seconds"),
        (
            webhook("https://hooks.example", "{{task_id}}"),
            "channel.webhook.headers[0].value",
        ),
        (
            webhook("https://hooks.example/{{task_id}}", ""),
            "channel.webhook.url",
        ),
        (webhook("http://hooks.example", ""), "channel.webhook.url"),
        (alert(AlertCondition::Silent {}), "task_id"),
    ] {
        let refused = service::create_alert(&mut world.state, owner(), world.now, bad);
        assert_eq!(refused.unwrap_err().field.as_deref(), Some(field));
    }
}

#[test]
fn should_have_no_more_alerts_than_allowed() {
    let mut world = World::new();
    for _ in 0..limits::MAXIMUM_ALERTS {
        world.alert(alert(AlertCondition::Failure {}));
    }
    let one_more = alert(AlertCondition::Failure {});
    let refused = service::create_alert(&mut world.state, owner(), world.now, one_more);
    assert_eq!(
        refused.unwrap_err().kind,
        chime_types::ErrorKind::LimitExceeded
    );
}

#[test]
fn should_change_what_is_named_and_keep_the_rest() {
    let mut world = World::new();
    let made = world.alert(alert(AlertCondition::Failure {}));
    let changed = world.update_alert(UpdateAlertRequest {
        name: Some("other".to_string()),
        cooldown_seconds: Some(5),
        ..change(made.id)
    });
    let expected = Alert {
        name: "other".to_string(),
        cooldown_seconds: 5,
        ..made.clone()
    };
    assert_eq!(changed, expected);
    let silent = UpdateAlertRequest {
        condition: Some(AlertCondition::Silent {}),
        ..change(made.id)
    };
    let refused = service::update_alert(&mut world.state, owner(), world.now, silent);
    assert_eq!(refused.unwrap_err().field.as_deref(), Some("task_id"));
    assert_eq!(world.alerts(), [expected]);
}

#[test]
fn should_show_the_newest_messages_first_and_clear_the_oldest() {
    let mut world = World::new();
    let made = world.quiet_task();
    world.alert(alert(AlertCondition::Failure {}));
    for _ in 0..5 {
        world.pass(1);
        world.run_and_fail(&made);
    }
    let all = world.inbox();
    assert!(all.windows(2).all(|pair| pair[0].sent_at > pair[1].sent_at));
    let request = PageRequest {
        cursor: None,
        limit: Some(2),
    };
    let page = service::get_inbox(&world.state, owner(), &request).unwrap();
    assert_eq!(page.messages, all[..2]);
    let request = PageRequest {
        cursor: page.next_cursor,
        limit: None,
    };
    let rest = service::get_inbox(&world.state, owner(), &request).unwrap();
    assert_eq!(
        (rest.messages.as_slice(), rest.next_cursor),
        (&all[2..], None)
    );
    let request = ClearInboxRequest {
        through_id: all[3].id,
    };
    let removed = service::clear_inbox(&mut world.state, owner(), &request).unwrap();
    assert_eq!(removed.removed, 2);
    assert_eq!(world.inbox(), all[..3]);
}
