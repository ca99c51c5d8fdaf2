//! A line of `curl` as a shell reads it, as the request that it sends.

use crate::support::Request;

/// The request of a line, with what stands for `$TOKEN` and `TASK_ID`, to a server at another port. Brackets
/// in the address stand for themselves, as with `--globoff`.
pub fn request(line: &str, token: &str, task_id: &str) -> Request {
    let line = line.replace("TASK_ID", task_id);
    let mut words = words(&line, token).into_iter();
    assert_eq!(words.next().as_deref(), Some("curl"));
    let (mut method, mut target) = (None, None);
    let (mut headers, mut body) = (Vec::new(), None);
    while let Some(word) = words.next() {
        match word.as_str() {
            "-X" => method = words.next(),
            "-H" => headers.push(words.next().unwrap()),
            "-d" => body = words.next(),
            address => {
                let path = address.strip_prefix("http://localhost:6336").unwrap();
                target = Some(path.to_string());
            }
        }
    }
    // What curl does with a body and no other word.
    let usual = if body.is_some() { "POST" } else { "GET" };
    let method = method.unwrap_or_else(|| usual.to_string());
    let mut request = Request::new(&method, &target.unwrap())
        .header("Accept", "*/*")
        .header("User-Agent", "curl/8.5.0")
        .header("Host", "localhost:6336");
    for header in headers {
        let (name, value) = header.split_once(": ").unwrap();
        request = request.header(name, value);
    }
    match body {
        Some(body) => request.body(&body),
        None => request,
    }
}

/// The words of a line: quotation marks of both kinds, and lines that go on.
fn words(line: &str, token: &str) -> Vec<String> {
    let line = line.replace("\\\n", " ");
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (Some(_), letter) => word.get_or_insert_default().push(letter),
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (None, letter) => word.get_or_insert_default().push(letter),
        }
    }
    assert_eq!(quote, None, "{line}");
    words.extend(word);
    words
        .iter()
        .map(|word| word.replace("$TOKEN", token))
        .collect()
}
