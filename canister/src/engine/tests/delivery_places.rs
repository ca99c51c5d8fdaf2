//! Deliveries have places of their own: what is slow, silent or plenty keeps only the places of its
//! own owner, and waits in a line that is bounded.

use chime_types::{
    AlertCondition, Callback, Cause, Channel, CreateAlertRequest, EventKind, EventsSinceRequest,
    ExecutionFinished,
};

use super::*;
use crate::engine::{Failure, deliver};
use crate::state::records::{DeliveryRecord, Stage};

fn webhook(host: &str) -> Channel {
    Channel::Webhook {
        url: format!("https://{host}/hook"),
        headers: None,
    }
}

fn on_failure(name: &str, channel: Channel) -> CreateAlertRequest {
    CreateAlertRequest {
        name: name.to_string(),
        task_id: None,
        condition: AlertCondition::Failure {},
        channel,
        cooldown_seconds: Some(0),
    }
}

fn number(caller: u8) -> Caller {
    someone(&[20, caller], Role::User)
}

impl World {
    fn watch_failures(&mut self, caller: Caller, name: &str, channel: Channel) {
        let request = on_failure(name, channel);
        service::create_alert(&mut self.state, caller, self.now, request).unwrap();
    }

    fn create_for(&mut self, caller: Caller, request: CreateTaskRequest) -> Task {
        service::create(&mut self.state, caller, self.now, request).unwrap()
    }

    fn run_and_fail_all(&mut self) {
        for start in self.run() {
            self.fail(&start);
        }
        self.run();
    }
}

fn failing(schedule: NewSchedule) -> CreateTaskRequest {
    CreateTaskRequest {
        retry: Some(retries(0, 1)),
        ..task(schedule)
    }
}

#[test]
fn should_not_pile_up_the_alerts_of_one_owner_whose_server_is_slow() {
    let mut world = World::new();
    for alert in 0..100 {
        world.watch_failures(owner(), &format!("alert {alert}"), webhook("slow.example"));
    }
    world.create(failing(every(1)));
    for _ in 0..120 {
        world.pass(1);
        world.run_and_fail_all();
        assert!(world.state.agenda_len() < 1_000);
    }
    // An attempt is given up after a minute: two at most were made of each place.
    let most = 2 * limits::MAXIMUM_DELIVERIES_AT_ONCE as usize;
    assert!(world.sent.len() <= most, "{}", world.sent.len());
    world.sent.clear();

    world.watch_failures(stranger(), "mine", webhook("quick.example"));
    world.create_for(stranger(), failing(now_once()));
    world.run_and_fail_all();
    let told = world.sent.iter().filter(|(_, payload)| {
        matches!(payload, Payload::Message(Channel::Webhook { url, .. }, _) if url.contains("quick"))
    });
    assert_eq!(told.count(), 1, "the other owner is told at once");
}

/// A canister that is told, by its number.
fn canister(number: u8) -> Principal {
    Principal::from_slice(&[40, number])
}

impl World {
    fn call_back(&mut self, owner: Caller, to: Principal) {
        let callback = Callback {
            canister: to,
            method: "ended".to_string(),
            error_cases: None,
        };
        let finished = ExecutionFinished {
            task_id: 1,
            task_name: "job".to_string(),
            execution_id: 1,
            scheduled_at: 0,
            finished_at: 0,
            status: ExecutionStatus::Completed,
            result: None,
            error: None,
            cause: None,
        };
        let payload = Payload::Finished(callback, finished);
        deliver::send(&mut self.state, self.now, owner.principal, payload);
        // No execution stands behind it.
        let subject = crate::state::keys::Subject::Callback(crate::state::keys::ExecutionId(1));
        self.state.remove_sent(subject);
    }

    /// The canisters that were told since the last look.
    fn told(&mut self) -> Vec<Principal> {
        assert!(self.run().is_empty());
        let sent = std::mem::take(&mut self.sent);
        let told = sent.into_iter().map(|(_, payload)| match payload {
            Payload::Finished(callback, _) => callback.canister,
            Payload::Message(..) => panic!("a callback"),
        });
        told.collect()
    }

    fn arrive(&mut self, id: MessageId) {
        let attempt = self.state.delivery(id).unwrap().attempts;
        deliver::delivered(&mut self.state, self.now, id, attempt, Ok(()));
    }

    fn failures_told(&self, caller: Caller) -> Vec<String> {
        let request = EventsSinceRequest::default();
        let page = service::events_since(&self.state, caller, &request).unwrap();
        let failed = |event: &chime_types::Event| event.kind == EventKind::DeliveryFailed;
        let events = page.events.into_iter().filter(failed);
        events.map(|event| event.detail).collect()
    }
}

#[test]
fn should_give_one_receiver_no_more_than_its_places() {
    let mut world = World::new();
    for _ in 0..100 {
        world.call_back(owner(), canister(1));
    }
    let most = limits::MAXIMUM_DELIVERIES_TO_ONE as usize;
    assert_eq!(world.told().len(), most);
    world.call_back(owner(), canister(2));
    assert_eq!(
        world.told(),
        [canister(2)],
        "another receiver is not held up"
    );
    world.pass(limits::DELIVERY_PLACE_SECONDS - 1);
    assert_eq!(world.told().len(), 0, "the places are taken");
    world.pass(1);
    assert_eq!(
        world.told().len(),
        most + 1,
        "what never answers frees its place"
    );
}

#[test]
fn should_give_one_owner_no_more_than_its_places() {
    let mut world = World::new();
    for receiver in 0..100 {
        world.call_back(owner(), canister(receiver));
    }
    let most = limits::MAXIMUM_DELIVERIES_OF_OWNER as usize;
    assert_eq!(world.told().len(), most);
    world.call_back(stranger(), canister(200));
    assert_eq!(world.told(), [canister(200)]);
}

#[test]
fn should_keep_places_for_the_next_owner_when_a_dozen_have_silent_receivers() {
    let mut world = World::new();
    let mut total = 0;
    for owner in 0..15 {
        for receiver in 0..50 {
            world.call_back(number(owner), canister(receiver));
        }
        let told = world.told().len();
        assert!(told > 0, "owner {owner} has a place at once");
        total += told;
        assert!(total <= limits::MAXIMUM_DELIVERIES_AT_ONCE as usize);
    }
}

#[test]
fn should_let_the_owner_with_the_fewest_places_go_first() {
    let mut world = World::new();
    let most = limits::MAXIMUM_DELIVERIES_AT_ONCE as u8;
    for owner in 0..most + 20 {
        for _ in 0..3 {
            world.call_back(number(owner), canister(owner));
        }
    }
    let first = world.told();
    assert!(first.len() <= usize::from(most));
    // Places come free one by one: each goes to an owner who has none as long as there is one.
    let mut told: std::collections::BTreeSet<Principal> = first.into_iter().collect();
    while told.len() < usize::from(most) + 20 {
        let (id, _) = (0..most)
            .flat_map(|owner| {
                world
                    .state
                    .deliveries_of(number(owner).principal)
                    .collect::<Vec<_>>()
            })
            .filter_map(|id| Some((id, world.state.delivery(id)?)))
            .find(|(_, record)| record.stage == Stage::UnderWay)
            .expect("something is under way");
        world.arrive(id);
        for receiver in world.told() {
            assert!(told.insert(receiver), "{receiver} was told before others");
        }
    }
}

#[test]
fn should_leave_the_oldest_out_when_too_many_wait_and_say_how_many() {
    let mut world = World::new();
    let most = limits::MAXIMUM_DELIVERIES_KEPT;
    for _ in 0..most {
        world.call_back(owner(), canister(1));
    }
    assert_eq!(world.state.deliveries_len(), most);
    assert!(world.failures_told(owner()).is_empty());
    for _ in 0..10 {
        world.call_back(owner(), canister(1));
    }
    assert_eq!(world.state.deliveries_len(), most);
    let told = world.failures_told(owner());
    assert_eq!(told.len(), 1, "one event: {told:?}");
    world.pass(3_600);
    world.told();
    world.call_back(owner(), canister(1));
    let told = world.failures_told(owner());
    let last = told.last().unwrap();
    assert!(last.starts_with("10 deliveries were dropped"), "{last}");
}

#[test]
fn should_put_equal_messages_together_while_they_wait() {
    let mut world = World::new();
    world.watch_failures(owner(), "first", webhook("one.example"));
    world.watch_failures(owner(), "second", webhook("one.example"));
    world.watch_failures(owner(), "elsewhere", webhook("two.example"));
    let made = world.create(failing(every(86_400 * 365)));
    world.run_now(made.id);
    let start = world.run_one();
    world.fail(&start);
    world.run();
    let messages = world.messages();
    assert_eq!(messages.len(), 2, "one for each channel: {messages:?}");
    assert!(
        messages[0].contains("and 1 more since 2026-03-01T00:00:00Z"),
        "{messages:?}"
    );
    assert!(!messages[1].contains("more since"), "{messages:?}");
    // Once the places for a server are taken equal ones wait, and become one.
    for _ in 0..30 {
        world.run_now(made.id);
        let start = world.run_one();
        world.fail(&start);
    }
    let kept = 2 * (u64::from(limits::MAXIMUM_DELIVERIES_TO_ONE) + 1);
    assert_eq!(world.state.deliveries_len(), kept);
}

impl World {
    fn messages(&mut self) -> Vec<String> {
        let sent = std::mem::take(&mut self.sent);
        let messages = sent.into_iter().map(|(_, payload)| match payload {
            Payload::Message(_, message) => message.message,
            Payload::Finished(..) => panic!("a message"),
        });
        messages.collect()
    }
}

#[test]
fn should_count_on_while_a_server_is_down_under_a_new_number() {
    let mut world = World::new();
    world.watch_failures(owner(), "watch", webhook("down.example"));
    let made = world.create(failing(every(86_400 * 365)));
    let mut numbers = Vec::new();
    for _ in 0..3 {
        world.run_now(made.id);
        let start = world.run_one();
        world.fail(&start);
        world.run();
        let sent = std::mem::take(&mut world.sent);
        for (id, payload) in sent {
            let Payload::Message(_, message) = payload else {
                panic!("a message");
            };
            numbers.push((message.id, message.message));
            let attempt = world.state.delivery(id).unwrap().attempts;
            let error = Failure::new(Cause::HttpUnreachable, "down".to_string());
            deliver::delivered(&mut world.state, world.now, id, attempt, Err(error));
        }
        world.pass(10);
    }
    assert_eq!(numbers.len(), 1, "the next attempt waits for its time");
    assert_eq!(world.state.deliveries_len(), 1, "they became one");
    world.pass(60);
    world.run();
    let (_, Payload::Message(_, again)) = &world.sent[0] else {
        panic!("a message");
    };
    assert_ne!(again.id, numbers[0].0, "its receiver must take it for news");
    assert!(
        again.message.contains("and 2 more since"),
        "{}",
        again.message
    );
}

#[test]
fn should_take_over_what_an_older_release_had_on_its_way() {
    let mut world = World::new();
    let id = MessageId(world.state.new_other_id());
    let callback = Callback {
        canister: canister(1),
        method: "ended".to_string(),
        error_cases: None,
    };
    world.call_back(owner(), canister(1));
    let template = world.state.deliveries_of(owner().principal).next().unwrap();
    let Payload::Finished(_, finished) = world.state.delivery(template).unwrap().payload else {
        panic!("a callback");
    };
    let wake = world
        .state
        .wake_at(world.now, crate::state::keys::Wake::Deliver(id));
    world.state.put_delivery(&DeliveryRecord {
        id,
        owner: owner().principal,
        payload: Payload::Finished(callback, finished),
        attempts: 2,
        error: None,
        wake: Some(wake),
        stage: Stage::default(),
        lane: None,
        begun_at: 0,
        digest: None,
        alerts: Vec::new(),
        more: 0,
        told: 0,
    });
    assert_eq!(world.told(), [canister(1), canister(1)]);
    world.arrive(id);
    world.arrive(template);
    assert_eq!(world.state.deliveries_len(), 0);
    assert_eq!(world.next_in_seconds(), None);
}

#[test]
fn should_give_up_at_once_what_no_further_attempt_can_mend() {
    let mut world = World::new();
    world.call_back(owner(), canister(1));
    world.told();
    let id = world.state.deliveries_of(owner().principal).next().unwrap();
    let error = Failure::new(
        Cause::NoSuchCanister,
        "there is no such canister".to_string(),
    );
    deliver::delivered(&mut world.state, world.now, id, 1, Err(error));
    assert_eq!(world.state.deliveries_len(), 0);
    let told = world.failures_told(owner());
    assert!(
        told[0].contains("after 1 attempts: there is no such canister"),
        "{told:?}"
    );
}
