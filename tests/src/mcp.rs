//! A client of MCP over the standard streams of a program.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// A program that serves, and this end of its streams.
pub struct Client {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Client {
    /// Starts the program and begins.
    ///
    /// # Panics
    /// If it does not start or does not answer.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut client = Self {
            input: process.stdin.take().expect("stdin is a pipe"),
            output: BufReader::new(process.stdout.take().expect("stdout is a pipe")),
            process,
        };
        let hello = json!({
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" },
        });
        client.ask("initialize", &hello);
        client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        client
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.input, "{message}").expect("the program reads");
    }

    /// Sends a request and waits for its result. What comes in between is passed over.
    ///
    /// # Panics
    /// If no result comes.
    pub fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }));
        loop {
            let mut line = String::new();
            self.output
                .read_line(&mut line)
                .expect("the program writes");
            let message: Value = serde_json::from_str(&line)
                .unwrap_or_else(|error| panic!("{error}: {line:?} in answer to {method}"));
            if message.get("id").is_some() && message.get("method").is_none() {
                return message["result"].clone();
            }
        }
    }

    /// The tools.
    ///
    /// # Panics
    /// If they cannot be listed.
    pub fn tools(&mut self) -> Vec<Value> {
        let answer = self.ask("tools/list", &json!({}));
        answer["tools"].as_array().expect("a list").clone()
    }

    /// The names of the tools.
    pub fn names(&mut self) -> Vec<String> {
        let tools = self.tools();
        let name = |tool: &Value| tool["name"].as_str().unwrap_or_default().to_string();
        tools.iter().map(name).collect()
    }

    /// Calls a tool: whether it failed, and what it answers.
    pub fn call(&mut self, tool: &str, arguments: &Value) -> (bool, Value) {
        let params = json!({ "name": tool, "arguments": arguments });
        let result = self.ask("tools/call", &params);
        let answer = result["structuredContent"].clone();
        (result["isError"] == true, answer)
    }

    /// Calls a tool that has to succeed.
    ///
    /// # Panics
    /// If it fails.
    pub fn succeed(&mut self, tool: &str, arguments: &Value) -> Value {
        let (is_error, answer) = self.call(tool, arguments);
        assert!(!is_error, "{tool} {arguments}: {answer}");
        answer
    }

    /// Calls a tool that has to fail.
    ///
    /// # Panics
    /// If it succeeds.
    pub fn fail(&mut self, tool: &str, arguments: &Value) -> Value {
        let (is_error, answer) = self.call(tool, arguments);
        assert!(is_error, "{tool} {arguments}: {answer}");
        answer
    }

    /// Closes the streams.
    ///
    /// # Panics
    /// If the program does not end well.
    pub fn hang_up(self) {
        let Self {
            mut process, input, ..
        } = self;
        drop(input);
        assert!(process.wait().expect("it ends").success());
    }
}
