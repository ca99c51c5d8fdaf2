//! Snapshots of what `config`, `identity`, `doctor` and `deploy` show. `cargo insta review`, or
//! `INSTA_UPDATE=always cargo test`, takes new ones.

use std::borrow::Cow;

use candid::Principal;
use insta::{assert_json_snapshot, assert_snapshot};
use jiff::tz::TimeZone;

use crate::cli::config::show::Settings;
use crate::cli::deploy::show::{Deployed, Deployments};
use crate::cli::doctor::show::Diagnosis;
use crate::cli::identity::show::{Identities, IdentityRow, Who};
use crate::config::Setting;
use crate::deployment::{CANISTERS, Code, Payment, Plan, Request, Step};
use crate::doctor::Finding;
use crate::error::Kind;
use crate::terminal::{Answer, Page};
use crate::words::Clock;

fn text(answer: &impl Answer) -> String {
    let clock = Clock::fixed(0, TimeZone::UTC);
    answer.text(&Page {
        width: None,
        colour: false,
        clock: &clock,
    })
}

fn setting(key: &str, value: &str, line: usize) -> Setting {
    Setting {
        key: key.parse().unwrap(),
        value: value.into(),
        line,
    }
}

#[test]
fn should_show_settings() {
    let settings = [
        setting("network", "prod", 1),
        setting("networks.prod.url", "ic", 4),
    ];
    assert_snapshot!(text(&Settings::new(&settings)));
    assert_json_snapshot!(Settings::new(&settings));
    assert_snapshot!(text(&Settings::one(&settings[1])));
    assert_json_snapshot!(Settings::one(&settings[1]));
}

#[test]
fn should_show_identities() {
    let rows = vec![
        IdentityRow {
            name: "me".into(),
            storage: "plaintext".into(),
            principal: Some("2vxsx-fae".into()),
            place: Some("/keys/me.pem".into()),
            used: true,
        },
        IdentityRow {
            name: "icp:ops".into(),
            storage: "keyring".into(),
            ..IdentityRow::default()
        },
    ];
    let identities = Identities::new(rows);
    assert_snapshot!(text(&identities));
    assert_json_snapshot!(identities);
    let who = Who {
        principal: "2vxsx-fae".into(),
        name: "me".into(),
        source: "/keys/me.pem".into(),
        algorithm: "ed25519".into(),
        origin: Some("/c.toml:2".into()),
    };
    assert_snapshot!(text(&who));
    assert_json_snapshot!(who);
}

#[test]
fn should_show_what_was_found() {
    let findings = [
        Finding::ok("network", "prod, https://icp-api.io").from(Some("/c.toml:1".into())),
        Finding::warn(
            "cycles",
            "3.00 T, 1.00 T a day: enough for 2 days",
            "top up",
        ),
        Finding::fail(
            "timer",
            Kind::Internal,
            "not armed\nat \u{1b}[2J all",
            "report it",
        ),
    ];
    let diagnosis = Diagnosis::new(&findings);
    assert_snapshot!(text(&diagnosis));
    assert_json_snapshot!(diagnosis);
    let healthy = Diagnosis::new(&findings[..2]);
    assert_json_snapshot!(healthy);
}

fn plan(step: Step, canister_id: Option<Principal>) -> Plan {
    Plan {
        request: Request {
            deployable: CANISTERS[0],
            canister: canister_id,
            create: None,
            code: Code {
                bytes: Cow::Borrowed(b"\0asm"),
                interface: None,
            },
            force: false,
            network: "prod".into(),
        },
        canister_id,
        step,
        installed: canister_id.map(|_| vec![0xab; 32]),
        cycles: canister_id.map(|_| 3_000_000_000_000),
    }
}

#[test]
fn should_show_what_is_to_be_done_and_what_was_done() {
    let id = Principal::from_text("ryjl3-tyaaa-aaaaa-aaaba-cai").unwrap();
    let ledger = Payment::Ledger {
        cycles: 3_000_000_000_000,
    };
    let steps = [
        (Step::Create(Payment::Gift), None),
        (Step::Create(ledger), None),
        (Step::Install, Some(id)),
        (
            Step::Upgrade {
                incompatible: vec!["method \"get_task\" is missing".into()],
            },
            Some(id),
        ),
        (Step::Finish, Some(id)),
        (Step::Nothing, Some(id)),
    ];
    let shown = |(step, canister): &(Step, Option<Principal>)| {
        Deployed::new(&plan(step.clone(), *canister), "prod")
    };
    let planned = Deployments::new(true, steps.iter().map(shown).collect());
    assert_snapshot!(text(&planned));
    let done = steps.iter().map(|step| shown(step).done(id)).collect();
    assert_snapshot!(text(&Deployments::new(false, done)));
    assert_json_snapshot!(Deployments::new(
        true,
        vec![shown(&steps[1]), shown(&steps[3])]
    ));
}
