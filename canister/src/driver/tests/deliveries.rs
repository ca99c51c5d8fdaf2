//! Messages and callbacks leave, and are repeated until they arrive.

use super::*;

#[test]
fn should_repeat_a_callback_until_it_arrives() {
    let world = World::new();
    world.create(called_back(once(call())));
    world.pump();
    world.answer(0, yes());
    assert_eq!(world.calls()[1].method, "ended");
    assert_eq!(
        world.armed_at(),
        Some(START + 60 * SECOND),
        "before it is answered"
    );
    world.answer(1, Err(rejected(5)));
    assert_eq!(world.armed_at(), Some(START + 60 * SECOND));
    world.pass(60);
    world.let_timer_go_off();
    assert_eq!(world.calls().len(), 3);
    assert_eq!(world.calls()[2], world.calls()[1], "the same once more");
    world.answer(2, yes());
    assert_eq!(world.armed_at(), None);
}

#[test]
fn should_post_the_message_of_an_alert_to_its_webhook() {
    let world = World::new();
    world.alert(CreateAlertRequest {
        name: "watch".to_string(),
        task_id: None,
        condition: AlertCondition::Failure {},
        channel: Channel::Webhook {
            url: "https://hooks.example".to_string(),
            headers: None,
        },
        cooldown_seconds: None,
    });
    world.create(CreateTaskRequest {
        retry: without_retries(),
        ..once(call())
    });
    world.pump();
    world.answer(0, Err(rejected(4)));
    let requests = world.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(
        (requests[0].url.as_str(), requests[0].method),
        ("https://hooks.example", HttpMethod::Post)
    );
    let names: Vec<&str> = requests[0]
        .headers
        .iter()
        .map(|header| header.name.as_str())
        .collect();
    assert_eq!(names, ["content-type", "idempotency-key"]);
    let body: serde_json::Value =
        serde_json::from_slice(requests[0].body.as_ref().unwrap()).unwrap();
    assert!(
        body["subject"].as_str().unwrap().contains("failed"),
        "{body}"
    );
    world.respond(0, response(500));
    world.pass(60);
    world.let_timer_go_off();
    assert_eq!(world.requests().len(), 2);
    world.respond(1, response(204));
    assert_eq!(world.armed_at(), None);
}
