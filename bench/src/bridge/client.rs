//! A client of `chime mcp` over the standard streams, as plain as can be, so that little of what is
//! measured is its own.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// The revision of the protocol that it speaks.
const REVISION: &str = "2025-11-25";

/// A client and its server.
pub struct Client {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    last_id: u64,
}

impl Client {
    /// Starts the server on a state directory.
    pub fn start(program: &Path, directory: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .arg("mcp")
            .arg("--state")
            .arg(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()?;
        let input = child.stdin.take().context("the input is piped")?;
        let output = child.stdout.take().context("the output is piped")?;
        Ok(Self {
            child,
            input,
            output: BufReader::new(output),
            last_id: 0,
        })
    }

    /// The handshake and the list of the tools.
    pub fn begin(&mut self) -> Result<()> {
        self.ask(
            "initialize",
            json!({
                "protocolVersion": REVISION,
                "capabilities": {},
                "clientInfo": { "name": "chime-bench", "version": env!("CARGO_PKG_VERSION") },
            }),
        )?;
        self.write(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }))?;
        let tools = self.ask("tools/list", json!({}))?;
        ensure!(
            tools["tools"]
                .as_array()
                .is_some_and(|tools| !tools.is_empty()),
            "no tools: {tools}"
        );
        Ok(())
    }

    /// Calls a tool, which must succeed.
    pub fn call(&mut self, tool: &str, arguments: Value) -> Result<Value> {
        let result = self.ask(
            "tools/call",
            json!({ "name": tool, "arguments": arguments }),
        )?;
        ensure!(result["isError"] != json!(true), "{tool}: {result}");
        Ok(result)
    }

    fn ask(&mut self, method: &str, params: Value) -> Result<Value> {
        self.last_id += 1;
        let id = self.last_id;
        self.write(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        loop {
            let mut line = String::new();
            ensure!(
                self.output.read_line(&mut line)? > 0,
                "the server has ended"
            );
            let mut message: Value = serde_json::from_str(&line)?;
            if message["id"] != json!(id) {
                continue;
            }
            ensure!(message["error"].is_null(), "{method}: {message}");
            return Ok(message["result"].take());
        }
    }

    fn write(&mut self, message: &Value) -> Result<()> {
        writeln!(self.input, "{message}")?;
        Ok(self.input.flush()?)
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Hangs up, and waits for the server to end.
    pub fn end(mut self) -> Result<()> {
        drop(self.input);
        let status = self.child.wait()?;
        ensure!(status.success(), "chime mcp ended with {status}");
        Ok(())
    }
}
