//! The world of a program that is tried out, as it is written in a file.
//!
//! ```json
//! {
//!   "input": {"days": 30},
//!   "time": "2026-01-01T00:00:00Z",
//!   "state": {"owner": {}, "task": {}},
//!   "calls": {
//!     "ryjl3-tyaaa-aaaaa-aaaba-cai.icrc1_balance_of": "(42 : nat)",
//!     "*.transfer": [{"reject": "no funds", "code": 4}, "(variant { Ok = 1 : nat })"]
//!   },
//!   "http": {"https://example.com/rate": {"status": 200, "body": {"rate": 7}}}
//! }
//! ```
//! A call is looked for under its canister and method, then under `*` and its method; a request under its
//! method and address (`POST https://..`), then under its address. Of a list each is given once, the last
//! again and again.

use std::collections::BTreeMap;

use chime_types::codex::{Answer, Request};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::candid_json::encoded;
use crate::error::{Error, Kind, Result};

/// 2026-01-01, when nobody says what time it is.
const NEW_YEAR: u64 = 1_767_225_600_000_000_000;
/// The code of a canister that rejects by itself.
const CANISTER_REJECT: u32 = 4;

/// The world of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    pub(super) input: String,
    pub(super) time_at: u64,
    pub(super) state: String,
    calls: BTreeMap<String, Vec<Answer>>,
    http: BTreeMap<String, Vec<Answer>>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            input: String::new(),
            time_at: NEW_YEAR,
            state: String::new(),
            calls: BTreeMap::new(),
            http: BTreeMap::new(),
        }
    }
}

/// As it is written.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Written {
    input: Option<Value>,
    time: Option<String>,
    state: Option<Map<String, Value>>,
    calls: BTreeMap<String, Several<Reply>>,
    http: BTreeMap<String, Several<Response>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Several<T> {
    Many(Vec<T>),
    One(T),
}

impl<T> Several<T> {
    fn all(self) -> Vec<T> {
        match self {
            Self::Many(all) => all,
            Self::One(one) => vec![one],
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Reply {
    Text(String),
    Rejected(Rejected),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rejected {
    reject: String,
    code: Option<u32>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Response {
    Rejected(Rejected),
    Whole(WholeResponse),
    Text(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WholeResponse {
    status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
}

impl World {
    /// Reads a world.
    ///
    /// # Errors
    /// `Usage` with the field at fault.
    pub fn from_json(text: &str) -> Result<Self> {
        let written: Written = serde_json::from_str(text).map_err(|error| {
            let fix = "`chime codex test --help` shows a world";
            Error::new(Kind::Usage, format!("is no world: {error}"), fix)
        })?;
        let time_at = written.time.map_or(Ok(NEW_YEAR), |time| instant(&time));
        Ok(Self {
            input: written
                .input
                .map_or_else(String::new, |input| input.to_string()),
            time_at: time_at?,
            state: match written.state {
                Some(state) => Value::Object(state).to_string(),
                None => String::new(),
            },
            calls: answers("calls", written.calls, reply)?,
            http: answers("http", written.http, response)?,
        })
    }

    /// The answers, each still to be given.
    pub(super) fn answers(&self) -> Answers<'_> {
        Answers {
            world: self,
            given: BTreeMap::new(),
        }
    }
}

/// An instant of RFC 3339 in nanoseconds since 1970.
fn instant(text: &str) -> Result<u64> {
    let refuse = |rule: String| {
        let fix = "give one such as 2026-01-01T00:00:00Z";
        Error::new(Kind::Usage, rule, fix).at("time")
    };
    let time: jiff::Timestamp = text
        .parse()
        .map_err(|error| refuse(format!("is no instant: {error}")))?;
    u64::try_from(time.as_nanosecond()).map_err(|_| refuse("lies before 1970".to_string()))
}

fn answers<T>(
    section: &str,
    written: BTreeMap<String, Several<T>>,
    read: impl Fn(T) -> Result<Answer>,
) -> Result<BTreeMap<String, Vec<Answer>>> {
    let mut all = BTreeMap::new();
    for (key, several) in written {
        let place = format!("{section}.{key}");
        let answers: Result<Vec<Answer>> = several.all().into_iter().map(&read).collect();
        let answers = answers.map_err(|error| error.at(&place))?;
        if answers.is_empty() {
            let fix = "give at least one, or leave it out";
            return Err(Error::new(Kind::Usage, "has no answer", fix).at(place));
        }
        all.insert(key, answers);
    }
    Ok(all)
}

fn rejected(Rejected { reject, code }: Rejected) -> Answer {
    Answer::Rejected {
        code: code.unwrap_or(CANISTER_REJECT),
        message: reject,
    }
}

fn reply(written: Reply) -> Result<Answer> {
    Ok(match written {
        Reply::Text(text) => Answer::Reply {
            reply: encoded(&text)?,
        },
        Reply::Rejected(written) => rejected(written),
    })
}

fn response(written: Response) -> Result<Answer> {
    let plain = |body: String| Answer::Response {
        status: 200,
        headers: Vec::new(),
        body: body.into_bytes(),
    };
    Ok(match written {
        Response::Rejected(written) => rejected(written),
        Response::Text(body) => plain(body),
        Response::Whole(written) => Answer::Response {
            status: written.status.unwrap_or(200),
            headers: written.headers.into_iter().collect(),
            body: match written.body {
                None => Vec::new(),
                Some(Value::String(body)) => body.into_bytes(),
                Some(other) => other.to_string().into_bytes(),
            },
        },
    })
}

/// The answers of a world, and how often each was given.
pub(super) struct Answers<'a> {
    world: &'a World,
    given: BTreeMap<(&'static str, String), usize>,
}

impl Answers<'_> {
    /// The answer to a request; where it would be looked for if there is none.
    pub(super) fn of(
        &mut self,
        request: &Request,
    ) -> std::result::Result<Answer, (&'static str, String)> {
        let (section, keys) = match request {
            Request::Sleep { .. } => return Ok(Answer::Slept {}),
            Request::Call {
                canister, method, ..
            } => (
                "calls",
                [format!("{canister}.{method}"), format!("*.{method}")],
            ),
            Request::Http { url, method, .. } => ("http", [format!("{method} {url}"), url.clone()]),
        };
        let all = match section {
            "calls" => &self.world.calls,
            _ => &self.world.http,
        };
        let found = keys.iter().find_map(|key| Some((key, all.get(key)?)));
        let Some((key, answers)) = found else {
            let [first, second] = keys;
            let key = if section == "calls" { first } else { second };
            return Err((section, key));
        };
        let given = self.given.entry((section, key.clone())).or_default();
        let index = (*given).min(answers.len() - 1);
        *given += 1;
        Ok(answers[index].clone())
    }
}

#[cfg(test)]
mod tests {
    use candid::Principal;

    use super::*;

    fn call(method: &str) -> Request {
        Request::Call {
            canister: Principal::management_canister(),
            method: method.into(),
            arguments: Vec::new(),
            cycles: 0,
        }
    }

    fn http(method: &str) -> Request {
        Request::Http {
            url: "https://example.com/".into(),
            method: method.into(),
            headers: Vec::new(),
            body: Vec::new(),
            max_response_bytes: None,
        }
    }

    #[test]
    fn should_answer_in_turn_and_then_again() {
        let world = World::from_json(
            r#"{"calls": {"aaaaa-aa.a": ["(1 : nat)", {"reject": "no"}], "*.b": "()"},
                "http": {"https://example.com/": "x", "POST https://example.com/": {"status": 500}}}"#,
        )
        .unwrap();
        let mut answers = world.answers();
        let one = Answer::Reply {
            reply: candid::encode_one(candid::Nat::from(1u8)).unwrap(),
        };
        let no = Answer::Rejected {
            code: 4,
            message: "no".into(),
        };
        assert_eq!(answers.of(&call("a")), Ok(one));
        assert_eq!(answers.of(&call("a")), Ok(no.clone()));
        assert_eq!(answers.of(&call("a")), Ok(no));
        assert!(answers.of(&call("b")).is_ok());
        assert_eq!(
            answers.of(&call("c")),
            Err(("calls", "aaaaa-aa.c".to_string()))
        );
        assert_eq!(
            answers.of(&Request::Sleep { seconds: 9 }),
            Ok(Answer::Slept {})
        );
        for (method, expected) in [("GET", 200), ("POST", 500)] {
            let Ok(Answer::Response { status, .. }) = answers.of(&http(method)) else {
                panic!("{method} has no response");
            };
            assert_eq!(status, expected);
        }
    }

    #[test]
    fn should_name_what_is_wrong_in_a_world() {
        for (text, said) in [
            ("[", "is no world"),
            (r#"{"call": {}}"#, "unknown field `call`"),
            (r#"{"calls": {"a.b": "nonsense("}}"#, "not Candid"),
            (r#"{"calls": {"a.b": []}}"#, "has no answer"),
            (r#"{"time": "1960-01-01T00:00:00Z"}"#, "before 1970"),
        ] {
            let error = World::from_json(text).unwrap_err();
            assert!(error.rule().contains(said), "{text}: {}", error.rule());
        }
    }
}
