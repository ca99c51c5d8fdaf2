//! Who uses the interface of the first release can go on using it, or the changelog says which
//! methods break.
//!
//! A method is compatible if it is there, takes whatever it took and answers with nothing that a
//! client of the release cannot read: the subtyping of Candid.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use candid::TypeEnv;
use candid::types::subtype::{Gamma, subtype_check_all};
use candid::types::{Type, TypeInner};
use candid_parser::utils::CandidSource;

/// The release that the interface is compared with.
const RELEASED: &str = "0.1.0";
/// How a line of the changelog begins that names broken methods.
const BREAKING: &str = "* **Breaking**";

/// Each incompatible method with the reasons.
type Breaks = BTreeMap<String, Vec<String>>;

fn load(text: &str) -> (TypeEnv, Type) {
    let (environment, service) = CandidSource::Text(text).load().expect("a Candid file");
    (environment, service.expect("a service"))
}

/// The methods of the released interface that a client of it cannot use as before.
fn breaks(released: &str, present: &str) -> Breaks {
    let (mut environment, present) = load(present);
    let (released_environment, released) = load(released);
    let released = environment.merge_type(released_environment, released);
    let methods = environment.as_service(&released).expect("a service");
    let compared = methods.iter().map(|(name, before)| {
        let reasons = match environment.get_method(&present, name) {
            Err(_) => vec!["it is gone".to_string()],
            Ok(now) => differences(&environment, &TypeInner::Func(now.clone()).into(), before),
        };
        (name.clone(), reasons)
    });
    compared
        .filter(|(_, reasons)| !reasons.is_empty())
        .collect()
}

fn differences(environment: &TypeEnv, now: &Type, before: &Type) -> Vec<String> {
    let found = subtype_check_all(&mut Gamma::new(), environment, now, before);
    found.iter().map(ToString::to_string).collect()
}

/// The lines of the changelog about a version; none if it has no section.
fn section<'a>(changelog: &'a str, version: &str) -> Option<Vec<&'a str>> {
    let is_heading = |line: &&str| line.starts_with("## ");
    let mut lines = changelog.lines();
    lines.find(|line| is_heading(line) && line.split_whitespace().nth(1) == Some(version))?;
    Some(lines.take_while(|line| !is_heading(line)).collect())
}

/// What a section of the changelog names in backquotes in its breaking items, with the lines that
/// an item goes on in.
fn announced(section: &[&str]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut in_item = false;
    for line in section {
        in_item = line.starts_with(BREAKING) || (in_item && line.starts_with(' '));
        if in_item {
            names.extend(line.split('`').skip(1).step_by(2).map(str::to_string));
        }
    }
    names
}

fn list(breaks: &Breaks) -> String {
    let lines = breaks.iter().flat_map(|(method, reasons)| {
        std::iter::once(format!("  {method}\n"))
            .chain(reasons.iter().map(|reason| format!("    {reason}\n")))
    });
    lines.collect()
}

/// Whether the breaks are none, or announced for a version that is not the released one.
fn judge(breaks: &Breaks, changelog: &str, version: &str) -> Result<(), String> {
    if breaks.is_empty() {
        return Ok(());
    }
    let found = format!(
        "clients of {RELEASED} cannot go on using these methods:\n{}",
        list(breaks)
    );
    if version == RELEASED {
        return Err(format!(
            "{found}mend them, or raise the version in Cargo.toml above {RELEASED}"
        ));
    }
    let Some(section) = section(changelog, version) else {
        return Err(format!(
            "{found}mend them, or add a section `## {version}` to CHANGELOG.md that names them"
        ));
    };
    let announced = announced(&section);
    let secret: Vec<String> = breaks
        .keys()
        .filter(|method| !announced.contains(*method))
        .map(|method| format!("`{method}`"))
        .collect();
    if secret.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{found}mend them, or say so in CHANGELOG.md under {version}, in an item like\n\
         {BREAKING}: {} ...",
        secret.join(", ")
    ))
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn should_serve_clients_of_the_first_release_or_say_what_breaks() {
    let released = read(&format!("tests/released/scheduler-{RELEASED}.did"));
    let present = read("../scheduler.did");
    let verdict = judge(
        &breaks(&released, &present),
        &read("../CHANGELOG.md"),
        env!("CARGO_PKG_VERSION"),
    );
    if let Err(text) = verdict {
        panic!("{text}");
    }
}

/// An interface with one method.
fn interface(request: &str, answer: &str) -> String {
    format!(
        "service : () -> {{ get : (record {{ {request} }}) -> (variant {{ {answer} }}) query }}"
    )
}

#[test]
fn should_accept_what_old_clients_do_not_notice() {
    let released = interface("a : nat", "Ok : record { b : nat }; Err");
    let rows = [
        ("a : nat", "Ok : record { b : nat }; Err"),
        ("a : nat; new : opt text", "Ok : record { b : nat }; Err"),
        ("a : int", "Ok : record { b : nat }; Err"),
        ("", "Ok : record { b : nat }; Err"),
        ("a : nat", "Ok : record { b : nat; new : text }; Err"),
        ("a : nat", "Ok : record { b : nat }"),
    ];
    for (request, answer) in rows {
        let present = interface(request, answer);
        assert_eq!(breaks(&released, &present), Breaks::new(), "{present}");
    }
    let more = "service : () -> { get : (record { a : nat }) -> (variant { Err }) query; \
                another : () -> () }";
    assert_eq!(breaks(&released, more), Breaks::new());
}

#[test]
fn should_find_what_old_clients_stumble_over_and_why() {
    let released = interface("a : nat", "Ok : record { b : nat }; Err");
    let rows = [
        ("a : nat; new : text", "Ok : record { b : nat }; Err", "new"),
        ("a : text", "Ok : record { b : nat }; Err", "nat"),
        ("a : nat", "Ok : record { b : nat }; Err; New", "New"),
        ("a : nat", "Ok : record {}; Err", "b"),
    ];
    for (request, answer, word) in rows {
        let found = breaks(&released, &interface(request, answer));
        let reasons = found.get("get").expect("the method breaks");
        assert!(
            reasons.iter().any(|reason| reason.contains(word)),
            "{found:?}"
        );
    }
    let removed = breaks(&released, "service : () -> { other : () -> () }");
    assert_eq!(removed["get"], ["it is gone"]);
    let mut mode = interface("a : nat", "Ok : record { b : nat }; Err");
    mode = mode.replace(" query", "");
    assert!(
        breaks(&released, &mode).contains_key("get"),
        "a query became an update"
    );
}

#[test]
fn should_want_broken_methods_announced_for_the_new_version() {
    let broken: Breaks = ["get", "put"]
        .map(|method| (method.to_string(), vec!["why".to_string()]))
        .into();
    let of =
        |items: &str| format!("# Changelog\n\n## 0.2.0 - today\n\n{items}\n\n## 0.1.0\n\n* x\n");
    let announced = "* A line.\n* **Breaking**: `get` is\n  slower and `put` gone.\n* Other.";
    assert_eq!(judge(&broken, &of(announced), "0.2.0"), Ok(()));
    let two_items = "* **Breaking**: `get`.\n* **Breaking**: `put`.";
    assert_eq!(judge(&broken, &of(two_items), "0.2.0"), Ok(()));
    let rows = [
        ("* **Breaking**: `get`.\n* `put` too.", "0.2.0", "**: `put`"),
        ("* **Breaking**: get and put.", "0.2.0", "`get`, `put`"),
        (announced, "0.3.0", "`## 0.3.0`"),
        (announced, "0.1.0", "raise the version"),
    ];
    for (items, version, word) in rows {
        let text = judge(&broken, &of(items), version).unwrap_err();
        assert!(text.contains(word), "{text}");
        assert!(text.contains("  put\n    why\n"), "{text}");
    }
}

#[test]
fn should_need_no_changelog_if_nothing_breaks() {
    assert_eq!(judge(&Breaks::new(), "", RELEASED), Ok(()));
    assert_eq!(judge(&Breaks::new(), "", "0.2.0"), Ok(()));
}
