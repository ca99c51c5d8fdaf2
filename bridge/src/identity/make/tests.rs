//! Keys that are made, encrypted and read again.

use super::*;
use crate::identity::load;

fn password(directory: &Path) -> Password {
    let path = directory.join("password");
    fs::write(&path, "a password").unwrap();
    Password::File(path)
}

fn choice(source: IdentitySource, password: &Password) -> IdentityChoice {
    let Password::File(path) = password else {
        unreachable!("the tests have a file")
    };
    IdentityChoice {
        password_file: Some(path.clone()),
        ..IdentityChoice::of(source)
    }
}

#[test]
fn should_keep_every_kind_of_key_encrypted_or_not() {
    let directory = tempfile::tempdir().unwrap();
    let password = password(directory.path());
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keys");
    for name in [
        "ed25519",
        "ed25519-scrypt",
        "secp256k1",
        "secp256k1-sec1",
        "prime256v1",
        "prime256v1-sec1",
    ] {
        let from = IdentitySource::File(keys.join(format!("{name}.pem")));
        let key = import(&choice(from, &password)).unwrap();
        for (kept, storage) in [
            (format!("{name}-plain"), Storage::Plaintext),
            (format!("{name}-encrypted"), Storage::Password),
        ] {
            let source = store(&kept, &key, storage, directory.path(), &password).unwrap();
            let IdentitySource::File(path) = &source else {
                panic!("{source}")
            };
            let text = fs::read_to_string(path).unwrap();
            assert_eq!(text.contains("ENCRYPTED"), storage == Storage::Password);
            let read = load(&choice(source, &password)).unwrap();
            assert_eq!(read.principal(), key.loaded().principal(), "{kept}");
            assert!(
                read.warnings.iter().all(|line| line.contains("password")),
                "{kept}"
            );
        }
    }
}

#[test]
fn should_make_another_key_each_time_and_never_overwrite_one() {
    let directory = tempfile::tempdir().unwrap();
    let password = password(directory.path());
    let keep = |key: &Unkept| store("me", key, Storage::Plaintext, directory.path(), &password);
    let (first, second) = (generate(), generate());
    assert_ne!(first.loaded().principal(), second.loaded().principal());
    let source = keep(&first).unwrap();
    let error = keep(&second).unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
    let read = load(&IdentityChoice::of(source)).unwrap();
    assert_eq!(read.principal(), first.loaded().principal());
    assert_eq!(
        read.warnings,
        Vec::<String>::new(),
        "only this user can read it"
    );
}
