//! The file as users keep it, and what wins over it.

use std::path::PathBuf;

use super::*;
use crate::identity::IdentitySource;
use crate::network::NetworkName;

const TEXT: &str = "\
network = \"prod\"
identity = \"me\"
state = \"/var/chime\"
password_file = \"/secret/all\"

[networks.prod]
url = \"ic\"
canister = \"ryjl3-tyaaa-aaaaa-aaaba-cai\"
identity = \"ops\"

[networks.local]
url = \"http://127.0.0.1:9000\"
root_key = \"fetch\"

[networks.empty]
identity = \"me\"

[identities.me]
source = \"icp:me\"

[identities.ops]
source = \"/keys/ops.pem\"
password_file = \"/secret/ops\"
";

fn config() -> Config {
    Config::parse(PathBuf::from("/c.toml"), TEXT.to_string()).unwrap()
}

fn flag<T>(value: T) -> Option<Choice<T>> {
    Some(Choice::new(value, Origin::Flag("--x")))
}

fn line(line: usize) -> Origin {
    Origin::File {
        path: PathBuf::from("/c.toml"),
        line,
    }
}

#[test]
fn should_use_the_file_where_nothing_is_given() {
    let choices = Choices::new(&config(), &Given::default()).unwrap();
    assert_eq!(choices.network, Choice::new("prod".into(), line(1)));
    assert_eq!(choices.address, Choice::new(NetworkName::Mainnet, line(7)));
    assert_eq!(choices.canister.unwrap().origin, line(8));
    let identity = choices.identity.unwrap();
    assert_eq!(identity.origin, line(9), "the network's own wins");
    assert_eq!(
        identity.value.password_file,
        Some(PathBuf::from("/secret/ops"))
    );
    assert_eq!(choices.state.origin, line(3));
}

#[test]
fn should_let_flags_win() {
    let given = Given {
        network: flag("local".into()),
        canister: flag("aaaaa-aa".into()),
        identity: flag("me".into()),
        state: flag(PathBuf::from("/s")),
        password_file: flag(PathBuf::from("/p")),
    };
    let choices = Choices::new(&config(), &given).unwrap();
    let address = choices.address.value;
    assert_eq!(
        address.url(),
        "http://127.0.0.1:9000",
        "a name hides a word"
    );
    assert_eq!(choices.canister.unwrap().value.to_text(), "aaaaa-aa");
    let identity = choices.identity.unwrap().value;
    assert_eq!(identity.source, IdentitySource::Icp("me".into()));
    assert_eq!(identity.password_file, Some(PathBuf::from("/p")));
    assert_eq!(choices.state.value.path(), PathBuf::from("/s"));
}

#[test]
fn should_fall_back_to_the_general_password_file() {
    let given = Given {
        network: flag("embedded".into()),
        ..Given::default()
    };
    let identity = Choices::new(&config(), &given).unwrap().identity.unwrap();
    assert_eq!(identity.origin, line(2));
    assert_eq!(
        identity.value.password_file,
        Some(PathBuf::from("/secret/all"))
    );
}

#[test]
fn should_be_embedded_where_there_is_no_file() {
    let config = Config::parse(PathBuf::from("/none"), String::new()).unwrap();
    let given = Given {
        state: flag(PathBuf::from("/s")),
        ..Given::default()
    };
    let choices = Choices::new(&config, &given).unwrap();
    assert_eq!(
        choices.address,
        Choice::new(NetworkName::Embedded, Origin::Default)
    );
    assert!(choices.identity.is_none());
}

#[test]
fn should_say_which_names_there_are() {
    for (network, identity, rule, fix) in [
        ("prd", "me", "no network \"prd\"", "prod, local, empty"),
        ("empty", "me", "has no address", "networks.empty.url="),
        ("prod", "you", "no identity \"you\"", "me, ops"),
        ("prod", "anonymous", "anonymous", "--identity"),
    ] {
        let given = Given {
            network: flag(network.into()),
            identity: flag(identity.into()),
            ..Given::default()
        };
        let error = Choices::new(&config(), &given).unwrap_err();
        assert!(error.rule().contains(rule), "{}", error.rule());
        assert!(error.fix().contains(fix), "{}", error.fix());
    }
}

#[test]
fn should_write_all_changes_or_none() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a/b/config.toml");
    let mut config = Config::load_or_empty(Some(&path)).unwrap();
    let change = |key: &str, value: &str| (key.parse::<Key>().unwrap(), value.to_string());
    let refused = config.set(&[
        change("networks.x.url", "ic"),
        change("networks.x.canister", "no id"),
    ]);
    assert_eq!(refused.unwrap_err().field(), Some("networks.x.canister"));
    assert!(!path.exists());
    config
        .set(&[change("networks.x.url", "ic"), change("network", "x")])
        .unwrap();
    let read = Config::load(Some(&path)).unwrap();
    assert_eq!(read.settings().len(), 2);
    assert_eq!(read, config);
    let key = |text: &str| text.parse::<Key>().unwrap();
    let refused = config.unset(&[key("networks.x")]).unwrap_err();
    assert_eq!(refused.field(), Some("network"), "it is in use: {refused}");
    assert!(config.unset(&[key("networks.x"), key("network")]).unwrap());
    assert!(!config.unset(&[key("networks.x")]).unwrap());
    assert_eq!(Config::load(Some(&path)).unwrap().settings().len(), 0);
}

/// Every other command would end with it.
#[test]
fn should_refuse_names_that_there_are_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    let mut config = Config::load_or_empty(Some(&path)).unwrap();
    let change = |key: &str, value: &str| (key.parse::<Key>().unwrap(), value.to_string());
    for (key, value) in [
        ("network", "nope"),
        ("identity", "nope"),
        ("networks.prod.identity", "nope"),
    ] {
        let changes = [change("networks.prod.url", "ic"), change(key, value)];
        let error = config.set(&changes).unwrap_err();
        assert_eq!(error.field(), Some(key), "{error}");
        assert!(error.rule().contains("nope"), "{error}");
        assert!(!path.exists());
    }
    // What somebody wrote by hand may be mended, a step at a time, and says where it is.
    fs::write(&path, "network = \"nope\"\nidentity = \"nobody\"\n").unwrap();
    let mut config = Config::load(Some(&path)).unwrap();
    config.set(&[change("network", "local")]).unwrap();
    let error = Choices::new(&config, &Given::default()).unwrap_err();
    assert!(error.explanation().contains("nobody"), "{error:?}");
}

#[test]
fn should_want_a_named_file_to_be_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("none.toml");
    let error = Config::load(Some(&path)).unwrap_err();
    assert!(error.rule().contains("no configuration file"));
    assert!(Config::load_or_empty(Some(&path)).is_ok());
}

#[cfg(unix)]
#[test]
fn should_write_through_a_link_and_keep_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("dotfiles.toml");
    fs::write(&target, "").unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    let link = directory.path().join("config.toml");
    symlink(&target, &link).unwrap();
    let mut config = Config::load(Some(&link)).unwrap();
    config
        .set(&[("network".parse().unwrap(), "ic".into())])
        .unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), "network = \"ic\"\n");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let mode = fs::metadata(&target).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}
