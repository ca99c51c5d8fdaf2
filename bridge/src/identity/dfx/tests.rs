//! Stores as `dfx` writes them.

use std::ffi::OsString;

use super::*;

const SECP256K1: &str = "r4brv-mrezv-6cz3b-us7u7-zlynq-uzibr-5iccq-2cxp5-2yp7z-7lchd-bae";

/// A store with an encrypted identity, a plain one and a hardware key.
fn store() -> (tempfile::TempDir, Dfx) {
    let root = tempfile::tempdir().unwrap();
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keys");
    let identities = root.path().join(".config/dfx/identity");
    for name in ["encrypted", "plain", "hardware"] {
        fs::create_dir_all(identities.join(name)).unwrap();
    }
    for file in ["identity.json", "identity.pem.encrypted"] {
        let to = identities.join("encrypted").join(file);
        fs::copy(keys.join("dfx/encrypted").join(file), to).unwrap();
    }
    let to = identities.join("plain/identity.pem");
    fs::copy(keys.join("secp256k1-sec1.pem"), to).unwrap();
    let hardware = r#"{"hsm":{"pkcs11_lib_path":"/x.so","key_id":"01"}}"#;
    fs::write(identities.join("hardware/identity.json"), hardware).unwrap();
    let variable =
        |name: &str| (name == "DFX_CONFIG_ROOT").then(|| OsString::from(root.path().as_os_str()));
    let store = Dfx::find(&Environment {
        os: "linux",
        variable: &variable,
    });
    (root, store.unwrap())
}

fn password(root: &tempfile::TempDir, text: &str) -> Password {
    let path = root.path().join("password");
    fs::write(&path, text).unwrap();
    Password::File(path)
}

#[test]
fn should_read_plain_and_encrypted_identities() {
    let (root, store) = store();
    let password = password(&root, "a password\n");
    for name in ["plain", "encrypted"] {
        let (key, _) = store.load(name, &password).unwrap();
        assert_eq!(
            key.identity.sender().unwrap().to_text(),
            SECP256K1,
            "{name}"
        );
        assert_eq!(key.encrypted, name == "encrypted");
    }
}

#[test]
fn should_say_what_it_cannot_use() {
    let (root, store) = store();
    let right = password(&root, "a password");
    let error = store.load("hardware", &right).err().unwrap();
    assert!(error.rule().contains("hardware key"), "{}", error.rule());
    let error = store.load("nobody", &right).err().unwrap();
    assert!(error.fix().contains("encrypted, hardware, plain"));
    let wrong = password(&root, "another");
    let error = store.load("encrypted", &wrong).err().unwrap();
    assert!(error.rule().contains("wrong password"), "{}", error.rule());
}

#[test]
fn should_list_its_identities() {
    let (_root, store) = store();
    let listed: Vec<_> = store
        .entries()
        .unwrap()
        .into_iter()
        .map(|entry| (entry.name, entry.storage))
        .collect();
    let expected = [
        ("encrypted", "password"),
        ("hardware", "hsm"),
        ("plain", "plaintext"),
    ]
    .map(|(name, storage)| (name.to_string(), storage.to_string()));
    assert_eq!(listed, expected);
}
