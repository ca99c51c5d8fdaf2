//! The pages, as a browser without a script uses them: forms with their fields, and where they lead.

use serde_json::Value;

use crate::support::{Request, Response, Server};

/// A browser that is signed in.
struct Browser {
    server: Server,
    cookie: String,
}

impl Browser {
    fn start() -> Self {
        let server = Server::start();
        let link = server.text(&["open", "--print"]);
        let target = link
            .trim()
            .split_once(&server.address)
            .unwrap()
            .1
            .to_string();
        let entered = server.send(&Request::new("GET", &target));
        let cookie = entered.header("set-cookie").unwrap();
        let cookie = cookie.split(';').next().unwrap().to_string();
        Self { server, cookie }
    }

    fn get(&self, target: &str) -> Response {
        let request = Request::new("GET", target).header("Cookie", &self.cookie);
        self.server.send(&request)
    }

    fn page(&self, target: &str) -> String {
        let response = self.get(target);
        assert_eq!(response.status, 200, "{target}: {}", response.body);
        assert_eq!(
            response.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        response.body
    }

    /// Sends a form that stands on a page, with these fields.
    fn send(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Response {
        let page = self.page(page);
        assert!(
            page.contains(&format!("action=\"{action}\"")),
            "{action}: {page}"
        );
        let token = page.split("name=\"form_token\" value=\"").nth(1).unwrap();
        let token = token.split('"').next().unwrap();
        self.post(action, &[&[("form_token", token)], fields].concat())
    }

    fn post(&self, action: &str, fields: &[(&str, &str)]) -> Response {
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", coded(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let request = Request::new("POST", action)
            .header("Cookie", &self.cookie)
            .header("Content-Type", "application/x-www-form-urlencoded");
        self.server.send(&request.body(&body))
    }
}

fn coded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn led(response: &Response) -> String {
    assert_eq!(response.status, 303, "{}", response.body);
    response.header("location").unwrap().to_string()
}

const FIELDS: [(&str, &str); 6] = [
    ("name", "greets <everybody>"),
    ("label", "says hello"),
    ("kind", "note"),
    ("does", "hello"),
    ("schedule", "0 9 * * 1"),
    ("timezone", "Europe/Zurich"),
];

fn with(name: &str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    let fields = FIELDS.into_iter();
    fields
        .map(|(own, before)| (own, if own == name { value } else { before }))
        .collect()
}

#[test]
fn should_make_change_run_and_pause_a_task_with_forms() {
    let browser = Browser::start();
    assert!(browser.page("/").contains("There are no tasks yet"));
    let shown = browser.send(
        "/tasks/new",
        "/tasks",
        &[&FIELDS[..], &[("do", "preview")]].concat(),
    );
    assert!(
        shown.body.contains("Europe/Zurich)") && shown.body.contains("<li>"),
        "{}",
        shown.body
    );
    let wrong = browser.send("/tasks/new", "/tasks", &with("schedule", "@sometimes"));
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.body.contains("id=\"schedule-fault\""),
        "{}",
        wrong.body
    );
    assert!(
        wrong.body.contains("value=\"@sometimes\""),
        "what was typed stays"
    );
    let task = led(&browser.send("/tasks/new", "/tasks", &FIELDS));
    let page = browser.page(&task);
    assert!(
        page.contains("greets &lt;everybody&gt;") && page.contains("note: hello"),
        "{page}"
    );
    let edit = format!("{task}/edit");
    assert_eq!(
        led(&browser.send(&edit, &task, &with("does", "good evening"))),
        task
    );
    assert!(browser.page(&task).contains("note: good evening"));
    led(&browser.send(&task, &format!("{task}/pause"), &[]));
    assert!(browser.page("/tasks?status=paused").contains("greets"));
    led(&browser.send(&task, &format!("{task}/resume"), &[]));
    let run = led(&browser.send(&task, &format!("{task}/run"), &[]));
    let id = run.rsplit('/').next().unwrap();
    let done = |it: &Value| it["data"]["attributes"]["status"] == "completed";
    browser.server.until(&format!("/api/execution/{id}"), done);
    let page = browser.page(&run);
    assert!(
        page.contains("completed") && page.contains("good evening"),
        "{page}"
    );
    for target in [
        "/",
        "/tasks",
        "/failures",
        "/timeline?kind=task",
        "/workers",
        "/settings",
    ] {
        browser.page(target);
    }
    led(&browser.send(&task, &format!("{task}/delete"), &[]));
    assert_eq!(browser.get(&task).status, 404);
}

#[test]
fn should_put_failures_right_that_have_one_cause() {
    let browser = Browser::start();
    let fields = [
        ("kind", "named"),
        ("does", "nobody defined it"),
        ("timezone", ""),
    ];
    let task = [("name", "fails"), ("label", ""), ("schedule", "@daily")];
    let task = led(&browser.send("/tasks/new", "/tasks", &[&task[..], &fields].concat()));
    let run = led(&browser.send(&task, &format!("{task}/run"), &[]));
    let id = run.rsplit('/').next().unwrap().to_string();
    let failed = |it: &Value| it["data"]["attributes"]["status"] == "failed";
    browser
        .server
        .until(&format!("/api/execution/{id}"), failed);
    assert!(
        browser.page(&run).contains("Retry"),
        "{}",
        browser.page(&run)
    );
    assert!(browser.page("/failures").contains("Retry 1 of 1"));
    let again = browser.send("/failures", "/failures/retry", &[("id", &id)]);
    assert_eq!(led(&again), "/failures");
    assert!(browser.page(&run).contains("Run again as"));
}

/// What a page of another site could make a browser send.
#[test]
fn should_do_nothing_for_a_form_that_is_not_ours() {
    let browser = Browser::start();
    let task = led(&browser.send("/tasks/new", "/tasks", &FIELDS));
    for fields in [&[][..], &[("form_token", "guess")]] {
        let refused = browser.post(&format!("{task}/delete"), fields);
        assert_eq!(refused.status, 403, "{}", refused.body);
    }
    let body = Request::new("POST", &format!("{task}/delete"))
        .header("Cookie", &browser.cookie)
        .header("Content-Type", "text/plain")
        .body("form_token=x");
    assert_eq!(browser.server.send(&body).status, 415);
    let stranger = browser.server.send(&Request::new("GET", &task));
    assert_eq!(stranger.status, 401);
    assert!(stranger.body.contains("chime open"), "{}", stranger.body);
    assert_eq!(browser.get(&task).status, 200, "it is still there");
    for file in ["/assets/chime.css", "/assets/chime.js", "/assets/icon.svg"] {
        assert_eq!(
            browser.server.send(&Request::new("GET", file)).status,
            200,
            "{file}"
        );
    }
    let left = browser.send("/", "/leave", &[]);
    assert_eq!(led(&left), "/");
    assert_eq!(browser.get("/").status, 401);
}
