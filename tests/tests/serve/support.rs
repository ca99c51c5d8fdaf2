//! A server with the scheduler in a directory of its own, and requests to it as they are sent.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use chime_tests::{program, workspace};
use serde_json::Value;
use tempfile::TempDir;

/// How long a step of a test may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// `chime serve` in the foreground, with a token; it ends with the test.
pub struct Server {
    process: Child,
    directory: TempDir,
    /// Where it listens, such as `127.0.0.1:41234`.
    pub address: String,
    /// A token of a user.
    pub token: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process may have ended by itself; that would have shown before.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A state with the scheduler installed and compiled, which every test begins with.
static FRESH: LazyLock<PathBuf> = LazyLock::new(|| {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("serve");
    // It is there after an earlier run of the tests, maybe with another scheduler.
    let _ = fs::remove_dir_all(&path);
    let status = Command::new(program())
        .args(["up", "--port", "0", "--for", "1", "--state"])
        .arg(&path)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    path
});

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &place),
            false => drop(fs::copy(entry.path(), place).unwrap()),
        }
    }
}

impl Server {
    pub fn start() -> Self {
        Self::with(&[])
    }

    pub fn with(arguments: &[&str]) -> Self {
        let directory = TempDir::new().unwrap();
        let state = directory.path().join("state");
        copy(&FRESH, &state);
        let mut process = Command::new(program())
            .args(["serve", "--listen", "0", "-o", "json", "--state"])
            .arg(&state)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut answers = BufReader::new(process.stdout.take().unwrap());
        answers.read_line(&mut line).unwrap();
        let ready: Value =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let url = ready["url"].as_str().unwrap();
        let address = url.trim_start_matches("http://").to_string();
        let mut server = Self {
            process,
            directory,
            address,
            token: String::new(),
        };
        server.token = server.new_token(&[]);
        server
    }

    /// What a command says that must succeed.
    pub fn text(&self, arguments: &[&str]) -> String {
        let output = Command::new(program())
            .args(arguments)
            .env("CHIME_STATE", self.directory.path().join("state"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// A new token.
    pub fn new_token(&self, arguments: &[&str]) -> String {
        let all = [&["token", "create"], arguments].concat();
        self.text(&all).trim().to_string()
    }

    /// The private key of somebody else.
    pub fn key(&self) -> PathBuf {
        let path = self.directory.path().join("other.pem");
        let key = workspace().join("bridge/tests/keys/ed25519.pem");
        fs::copy(key, &path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// Sends a request, and reads its answer to the end.
    pub fn send(&self, request: &Request) -> Response {
        let mut stream = self.connect();
        stream
            .write_all(request.text(&self.address).as_bytes())
            .unwrap();
        read(&mut stream)
    }

    /// A connection on which nothing was sent yet.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// A request with the token of the test.
    pub fn ask(&self, method: &str, target: &str) -> Request {
        Request::new(method, target).header("Authorization", &format!("Bearer {}", self.token))
    }

    /// The answer to a request that changes nothing and must succeed.
    pub fn get(&self, target: &str) -> Value {
        let response = self.send(&self.ask("GET", target));
        assert_eq!(response.status, 200, "{target}: {}", response.body);
        response.json()
    }

    /// The answer to a request with a document.
    pub fn send_document(&self, method: &str, target: &str, document: &Value) -> Response {
        self.send(&self.ask(method, target).document(document))
    }

    /// Asks until the answer is as it should be.
    pub fn until(&self, target: &str, test: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let answer = self.get(target);
            if test(&answer) {
                return answer;
            }
            assert!(Instant::now() < end, "{target} stays {answer}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

/// A request, as it is written.
#[derive(Clone, Debug)]
pub struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Request {
    pub fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_string(),
            target: target.to_string(),
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// With a header more; one that is there already is replaced.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers
            .retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        self.headers.push((name.to_string(), value.to_string()));
        self
    }

    pub fn body(self, body: &str) -> Self {
        Self {
            body: body.to_string(),
            ..self
        }
    }

    pub fn document(self, document: &Value) -> Self {
        self.header("Content-Type", "application/vnd.api+json")
            .body(&document.to_string())
    }

    fn text(&self, address: &str) -> String {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        let mut headers = self.headers.clone();
        let has = |name: &str| {
            self.headers
                .iter()
                .any(|(own, _)| own.eq_ignore_ascii_case(name))
        };
        if !has("host") {
            headers.push(("Host".to_string(), address.to_string()));
        }
        if !self.body.is_empty() {
            headers.push(("Content-Length".to_string(), self.body.len().to_string()));
        }
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        format!("{text}Connection: close\r\n\r\n{}", self.body)
    }
}

/// What came back.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The one error of the document.
    pub fn error(&self) -> Value {
        let document = self.json();
        assert_eq!(
            document["errors"].as_array().unwrap().len(),
            1,
            "{document}"
        );
        assert_eq!(document["errors"][0]["status"], self.status.to_string());
        document["errors"][0].clone()
    }
}

/// Reads an answer to the end of the connection.
pub fn read(stream: &mut TcpStream) -> Response {
    let mut bytes = Vec::new();
    // A server that closes before it has read everything resets the connection behind its answer.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    let status = lines.next().unwrap_or_default();
    let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
    let headers = lines.filter_map(|line| line.split_once(": "));
    Response {
        status: status.unwrap_or_else(|| panic!("no answer: {text:?}")),
        headers: headers
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
        body: body.to_string(),
    }
}
