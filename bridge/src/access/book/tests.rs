//! What a token is worth, for how long, and what is on disk of it.

use super::*;

const NOW_AT: u64 = 1_000 * NANOSECONDS;

fn wanted() -> Wanted {
    Wanted {
        role: Reach::User,
        identity: None,
        expires_in_seconds: None,
        once: false,
    }
}

fn book() -> (tempfile::TempDir, Book) {
    let directory = tempfile::tempdir().unwrap();
    let book = Book::new(directory.path().join("state"));
    (directory, book)
}

#[test]
fn should_know_its_tokens_and_nothing_else() {
    let (_directory, book) = book();
    assert_eq!(
        book.of("chime_00000000_0123456789abcdef", NOW_AT).unwrap(),
        None
    );
    let (issued, text) = book.issue(&wanted(), NOW_AT).unwrap();
    let (other, _) = book.issue(&wanted(), NOW_AT).unwrap();
    assert_eq!(book.of(&text, NOW_AT).unwrap(), Some(issued.clone()));
    let of_the_other = text.replace(&issued.id, &other.id);
    for guess in [
        "",
        "chime_",
        "x",
        &text[1..],
        &format!("{text}0"),
        &of_the_other,
    ] {
        assert_eq!(book.of(guess, NOW_AT).unwrap(), None, "{guess}");
    }
}

#[test]
fn should_keep_no_text_of_a_token() {
    let (_directory, book) = book();
    let (issued, text) = book.issue(&wanted(), NOW_AT).unwrap();
    let secret = text.rsplit('_').next().unwrap();
    let kept = fs::read_to_string(book.directory.join(TOKENS)).unwrap();
    assert!(
        kept.contains(&issued.id) && !kept.contains(secret),
        "{kept}"
    );
}

#[test]
fn should_be_worth_nothing_when_it_is_over_or_taken_back() {
    let (_directory, book) = book();
    let short = Wanted {
        expires_in_seconds: Some(10),
        ..wanted()
    };
    let (issued, text) = book.issue(&short, NOW_AT).unwrap();
    let end_at = NOW_AT + 10 * NANOSECONDS;
    assert!(book.of(&text, end_at - 1).unwrap().is_some());
    assert!(book.of(&text, end_at).unwrap().is_none());
    assert!(book.all(end_at).unwrap().is_empty());
    book.revoke(&issued.id).unwrap();
    assert!(book.of(&text, NOW_AT).unwrap().is_none());
    let error = book.revoke(&issued.id).unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
}

#[test]
fn should_open_the_page_once() {
    let (_directory, book) = book();
    let once = Wanted {
        once: true,
        ..wanted()
    };
    let (issued, text) = book.issue(&once, NOW_AT).unwrap();
    assert_eq!(
        book.of(&text, NOW_AT).unwrap(),
        None,
        "it is no bearer token"
    );
    assert!(book.all(NOW_AT).unwrap().is_empty());
    assert_eq!(book.redeem(&text, NOW_AT).unwrap(), Some(issued));
    assert_eq!(book.redeem(&text, NOW_AT).unwrap(), None);
    let (_, bearer) = book.issue(&wanted(), NOW_AT).unwrap();
    assert_eq!(book.redeem(&bearer, NOW_AT).unwrap(), None);
}

#[test]
fn should_remember_when_a_token_was_used_last() {
    let (_directory, book) = book();
    let (issued, _) = book.issue(&wanted(), NOW_AT).unwrap();
    let last = |book: &Book| book.last_uses().unwrap().get(&issued.id).copied();
    assert_eq!(last(&book), None);
    book.used(&issued.id, NOW_AT).unwrap();
    book.used(&issued.id, NOW_AT + USED_EVERY - 1).unwrap();
    assert_eq!(last(&book), Some(NOW_AT), "not with every request");
    book.used(&issued.id, NOW_AT + USED_EVERY).unwrap();
    assert_eq!(last(&book), Some(NOW_AT + USED_EVERY));
}

#[test]
fn should_have_room_for_so_many_and_no_more() {
    let (_directory, book) = book();
    for _ in 0..MAXIMUM_TOKENS {
        book.issue(&wanted(), NOW_AT).unwrap();
    }
    let error = book.issue(&wanted(), NOW_AT).unwrap_err();
    assert_eq!(error.kind(), Kind::LimitExceeded);
}
