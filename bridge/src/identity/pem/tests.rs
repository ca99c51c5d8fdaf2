//! Keys as other programs write them; `tests/keys/README.md` says how. The principals were computed
//! by the Python package `cryptography`.

use std::path::{Path, PathBuf};

use super::*;

const ED25519: &str = "juuot-zrodo-stsgm-e75mb-ptxnm-xcbih-3td7f-7nwle-q26x4-3olig-5ae";
const SECP256K1: &str = "r4brv-mrezv-6cz3b-us7u7-zlynq-uzibr-5iccq-2cxp5-2yp7z-7lchd-bae";
const PRIME256V1: &str = "haghs-hiwtk-5c2pt-hqq6g-suxk4-cez6i-hjqng-rvaqh-lb6wh-bzl6a-aae";

fn keys() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keys")
}

fn password(text: &str) -> (tempfile::NamedTempFile, Password) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let password = Password::File(file.path().to_path_buf());
    (file, password)
}

fn read_file(name: &str, typed: &str) -> Result<Key> {
    let (_file, password) = password(typed);
    read(&std::fs::read(keys().join(name)).unwrap(), name, &password)
}

#[test]
fn should_read_keys_of_openssl() {
    for (name, principal, algorithm) in [
        ("ed25519.pem", ED25519, Algorithm::Ed25519),
        ("ed25519-pbkdf2.pem", ED25519, Algorithm::Ed25519),
        ("ed25519-scrypt.pem", ED25519, Algorithm::Ed25519),
        ("secp256k1-sec1.pem", SECP256K1, Algorithm::Secp256k1),
        ("secp256k1.pem", SECP256K1, Algorithm::Secp256k1),
        ("secp256k1-pbkdf2.pem", SECP256K1, Algorithm::Secp256k1),
        ("prime256v1-sec1.pem", PRIME256V1, Algorithm::Prime256v1),
        ("prime256v1.pem", PRIME256V1, Algorithm::Prime256v1),
        ("prime256v1-pbkdf2.pem", PRIME256V1, Algorithm::Prime256v1),
    ] {
        let key = read_file(name, "a password\n").unwrap();
        assert_eq!(
            key.identity.sender().unwrap().to_text(),
            principal,
            "{name}"
        );
        assert_eq!(key.algorithm, algorithm, "{name}");
        assert_eq!(
            key.encrypted,
            name.contains("pbkdf2") || name.contains("scrypt")
        );
    }
}

#[test]
fn should_say_why_other_files_are_refused() {
    for (name, rule, fix) in [
        ("secp256k1-old-encryption.pem", "old way", "openssl pkcs8"),
        ("openssh.pem", "OpenSSH", "ssh-keygen"),
        ("rsa.pem", "RSA", "ed25519"),
        ("public.pem", "only a public one", "ed25519"),
        ("README.md", "not a PEM", "BEGIN PRIVATE KEY"),
        (
            "ed25519-des3.pem",
            "damaged, or encrypted in an unknown way",
            "aes256",
        ),
    ] {
        let error = read_file(name, "a password").err().expect(name);
        assert_eq!(error.kind(), Kind::Identity);
        assert!(error.rule().contains(rule), "{name}: {}", error.rule());
        assert!(error.fix().contains(fix), "{name}: {}", error.fix());
    }
}

#[test]
fn should_tell_a_wrong_password() {
    for name in [
        "ed25519-pbkdf2.pem",
        "ed25519-scrypt.pem",
        "secp256k1-pbkdf2.pem",
    ] {
        let error = read_file(name, "another password").err().expect(name);
        assert!(error.rule().contains("wrong password"), "{}", error.rule());
        assert!(!error.explanation().contains("another password"));
    }
}

#[test]
fn should_not_ask_where_nobody_can_answer() {
    // Tests have no terminal on their standard input.
    let pem = std::fs::read(keys().join("ed25519-pbkdf2.pem")).unwrap();
    let error = read(&pem, "me", &Password::Terminal).err().unwrap();
    assert!(error.fix().contains("--password-file"), "{}", error.fix());
}

#[test]
fn should_not_look_for_a_password_that_is_not_needed() {
    let pem = std::fs::read(keys().join("ed25519.pem")).unwrap();
    let nowhere = Password::File("/none/password".into());
    assert!(read(&pem, "me", &nowhere).is_ok());
}

#[test]
fn should_survive_every_damage_to_a_key() {
    let (_file, password) = password("a password");
    for name in [
        "ed25519.pem",
        "secp256k1-sec1.pem",
        "prime256v1.pem",
        "ed25519-pbkdf2.pem",
    ] {
        let whole = std::fs::read(keys().join(name)).unwrap();
        let step = if name.contains("pbkdf2") { 37 } else { 1 };
        for at in (0..whole.len()).step_by(step) {
            // Neither panics; some damages leave a key, such as one in a comment.
            let _ = read(&whole[..at], name, &password);
            let mut changed = whole.clone();
            changed[at] = changed[at].wrapping_add(1);
            let _ = read(&changed, name, &password);
        }
    }
}
