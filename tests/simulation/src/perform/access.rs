//! What admins ask for: limits, users; and what owners keep beside their tasks.

use candid::Nat;
use chime_types::{
    Action, ActionDefinition, Alert, AlertCondition, Config, ConfigureRequest, CreateAlertRequest,
    DefineActionRequest, PutSecretRequest, PutUserRequest, Quotas, Role, SecretNames, User,
};

use super::{Run, plans};
use crate::model::{Span, runs};
use crate::story::{AlertPlan, ChannelPlan, Limits, Owner, UserChange};
use crate::violation::Violation;
use crate::world::{admin, owner, worker};

impl Run {
    pub(super) fn admit_workers(&mut self) {
        let request = PutUserRequest {
            principal: worker(),
            name: None,
            role: Some(Role::Worker),
            quotas: None,
            disabled: None,
        };
        self.world
            .ask::<User>(admin(), "put_user", &request)
            .expect("a new scheduler admits workers");
    }

    pub(super) fn configure(&mut self, limits: Limits) {
        let (total, per_owner, per_target) = places(limits);
        let request = ConfigureRequest {
            maximum_concurrent: Some(total),
            maximum_concurrent_per_owner: Some(per_owner),
            maximum_concurrent_per_target: Some(per_target),
            maximum_executions_per_task: Some(100_000),
            maximum_runs_per_hour: Some(runs(limits)),
            maximum_events: Some(1_000_000),
            minimum_cycles: Some(Nat::from(1_000_000_000_u64)),
            ..ConfigureRequest::default()
        };
        let answer = self.world.ask::<Config>(admin(), "configure", &request);
        if answer.is_ok() {
            let now = self.world.now();
            self.model.limits.push((now, limits));
        }
    }

    pub(super) fn put_user(&mut self, number: Owner, what: UserChange) -> Result<(), Violation> {
        let principal = owner(number);
        let mut request = PutUserRequest {
            principal,
            name: None,
            role: None,
            quotas: None,
            disabled: None,
        };
        match what {
            UserChange::Disabled(disabled) => request.disabled = Some(disabled),
            UserChange::Role(role) => request.role = Some(role),
            UserChange::RunsPerHour(runs) => {
                request.quotas = Some(Quotas {
                    maximum_runs_per_hour: Some(runs),
                    ..Quotas::default()
                });
            }
        }
        let answer = self.world.ask::<User>(admin(), "put_user", &request);
        if self.judge("put_user", answer)?.is_none() {
            return Ok(());
        }
        let now = self.world.now();
        match what {
            UserChange::Disabled(disabled) => self.note_disabled(number, disabled, now),
            UserChange::Role(_) => {}
            UserChange::RunsPerHour(runs) => {
                let quotas = self.model.runs_per_hour.entry(principal);
                quotas.or_default().push((now, runs));
            }
        }
        self.world.pass(0)
    }

    fn note_disabled(&mut self, number: Owner, disabled: bool, now: u64) {
        let spans = self.model.disabled.entry(owner(number)).or_default();
        let is_off = spans.last().is_some_and(|span| span.until.is_none());
        if disabled && !is_off {
            spans.push(Span {
                from: now,
                until: None,
            });
        }
        if !disabled && let Some(span) = spans.last_mut() {
            span.until.get_or_insert(now);
        }
    }

    pub(super) fn define(&mut self, number: Owner) -> Result<(), Violation> {
        let secret = PutSecretRequest {
            name: "KEY".to_string(),
            secret: "open sesame".to_string(),
        };
        let answer = self
            .world
            .ask::<SecretNames>(owner(number), "put_secret", &secret);
        self.judge("put_secret", answer)?;
        let definition = DefineActionRequest {
            name: "greet".to_string(),
            description: None,
            entity_name: None,
            action: Action::Note {
                text: "hello {{attributes.who}}".to_string(),
            },
            shared: None,
        };
        let answer =
            self.world
                .ask::<ActionDefinition>(owner(number), "define_action", &definition);
        if self.judge("define_action", answer)?.is_some() {
            let now = self.world.now();
            self.model.defined.entry(owner(number)).or_insert(now);
        }
        Ok(())
    }

    pub(super) fn alert(
        &mut self,
        number: Owner,
        condition: AlertPlan,
        channel: ChannelPlan,
    ) -> Result<(), Violation> {
        let condition = match condition {
            AlertPlan::Failure => AlertCondition::Failure {},
            AlertPlan::FailuresInARow(count) => AlertCondition::FailuresInARow { count },
            AlertPlan::Missed => AlertCondition::Missed {},
            AlertPlan::Late(seconds) => AlertCondition::Late { seconds },
        };
        let request = CreateAlertRequest {
            name: "tell me".to_string(),
            task_id: None,
            condition,
            channel: plans::channel(&self.world, channel),
            cooldown_seconds: Some(60),
        };
        let answer = self
            .world
            .ask::<Alert>(owner(number), "create_alert", &request);
        self.judge("create_alert", answer).map(drop)
    }
}

/// Places in all, of an owner, and of a canister that is called.
pub const fn places(limits: Limits) -> (u32, u32, u32) {
    match limits {
        Limits::Default => (10, 8, 10),
        Limits::Narrow => (3, 2, 3),
        Limits::Wide => (200, 200, 200),
    }
}
