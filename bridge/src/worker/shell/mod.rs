//! The handler of shell commands: `/bin/sh -c COMMAND` in a process group of its own.
//!
//! The shell begins only after the guardian knows its group, so that there is no moment in which
//! the worker can be killed and the command goes on unwatched. When the shell ends the job is over:
//! what it left running in its group is ended too. It knows nothing of leases and reports.

mod guardian;
mod line_ends;
mod output;

use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chime_types::{Job, limits};
use rustix::process::{Pid, Signal};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use self::guardian::{Group, Guardian};
use self::output::Captured;
pub(super) use self::output::cut;
use super::ending::Ending;
use super::handler::{Handler, Outcome, Running};
use crate::words::rfc3339;

/// Waits for a line, then becomes the command. Without the line it does nothing.
const GATE: &str = r#"read -r go || exit 125; exec </dev/null; exec /bin/sh -c "$1""#;
/// How long processes that a command left behind may take to end, and their pipes to close.
const LEFT_BEHIND: Duration = Duration::from_millis(500);
const LOOK: Duration = Duration::from_millis(10);

/// Runs commands in a shell.
#[derive(Debug)]
pub(super) struct Shell {
    directory: Option<PathBuf>,
    guardian: Arc<Guardian>,
}

impl Shell {
    /// Runs commands in this directory, or in the worker's own.
    pub fn new(directory: Option<PathBuf>) -> Self {
        Self {
            directory,
            guardian: Arc::default(),
        }
    }

    async fn start(&self, job: &Job) -> io::Result<Process> {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", GATE, "chime-job", &job.command])
            .envs(environment(job))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        let mut child = command.spawn()?;
        let group = self.guardian.watch(pid(&child)?)?;
        let output = Reader::start(child.stdout.take());
        let errors = Reader::start(child.stderr.take());
        let mut gate = child.stdin.take().expect("BUG: its input is a pipe");
        gate.write_all(b"go\n").await?;
        Ok(Process {
            child,
            group,
            output,
            errors,
        })
    }
}

fn pid(child: &Child) -> io::Result<Pid> {
    child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw)
        .ok_or_else(|| io::Error::other("the shell ended before it began"))
}

/// What a command may know of its run.
fn environment(job: &Job) -> [(&'static str, String); 5] {
    [
        ("CHIME_EXECUTION_ID", job.execution_id.to_string()),
        ("CHIME_SCHEDULED_AT", rfc3339(job.scheduled_at)),
        ("CHIME_ATTEMPT", job.attempt.to_string()),
        ("CHIME_FENCING_TOKEN", job.fencing_token.to_string()),
        ("CHIME_AS_USER", job.as_user.clone().unwrap_or_default()),
    ]
}

impl Handler for Shell {
    fn run<'a>(&'a self, job: &'a Job, ending: Ending) -> Running<'a> {
        Box::pin(async move {
            if line_ends::are_in(&job.command) {
                return Outcome::refused(format!("the command was not run: {}", line_ends::FIX));
            }
            match self.start(job).await {
                Ok(process) => process.finish(ending).await,
                Err(error) => Outcome::failed(format!("the shell does not start: {error}")),
            }
        })
    }
}

/// A shell and what it writes.
struct Process {
    child: Child,
    group: Group,
    output: Reader,
    errors: Reader,
}

impl Process {
    async fn finish(mut self, ending: Ending) -> Outcome {
        let status = self.wait(ending.clone()).await;
        match ending.is_asked() {
            // There is no more time for what is left.
            true => self.group.signal(Signal::KILL),
            false => self.end_what_is_left().await,
        }
        let limit = limits::MAXIMUM_RESULT_BYTES;
        let output = self.output.text(limit).await;
        let errors = self.errors.text(limit).await;
        match status {
            Ok(status) if status.success() => Outcome::Completed {
                result: output,
                note: (!errors.is_empty()).then_some(errors),
            },
            Ok(status) => {
                let said = if errors.is_empty() { output } else { errors };
                let met = line_ends::were_met(status.code(), &said);
                let text = format!("{}\n{said}", ended(status));
                match met {
                    true => {
                        let text =
                            format!("{}\n\nOf a script: {}", text.trim_end(), line_ends::FIX);
                        Outcome::refused(cut(&text, limit))
                    }
                    false => Outcome::failed(cut(text.trim_end(), limit)),
                }
            }
            Err(error) => Outcome::failed(format!("the shell cannot be waited for: {error}")),
        }
    }

    async fn wait(&mut self, mut ending: Ending) -> io::Result<ExitStatus> {
        let mut forcing = ending.clone();
        let group = &self.group;
        let ends = async {
            ending.asked().await;
            group.signal(Signal::TERM);
            forcing.forced().await;
            group.signal(Signal::KILL);
            std::future::pending::<()>().await;
        };
        tokio::select! {
            status = self.child.wait() => status,
            () = ends => unreachable!("BUG: it waits for ever"),
        }
    }

    async fn end_what_is_left(&self) {
        if !self.group.exists() {
            return;
        }
        self.group.signal(Signal::TERM);
        let gone = async {
            while self.group.exists() {
                sleep(LOOK).await;
            }
        };
        if timeout(LEFT_BEHIND, gone).await.is_err() {
            self.group.signal(Signal::KILL);
        }
    }
}

/// How a command ended, in words.
fn ended(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => match signal_name(signal) {
            Some(name) => format!("ended by {name} (signal {signal})"),
            None => format!("ended by signal {signal}"),
        },
        (None, None) => format!("ended with {status}"),
    }
}

fn signal_name(signal: i32) -> Option<&'static str> {
    let names = [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::ILL, "SIGILL"),
        (Signal::ABORT, "SIGABRT"),
        (Signal::FPE, "SIGFPE"),
        (Signal::KILL, "SIGKILL"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::ALARM, "SIGALRM"),
        (Signal::TERM, "SIGTERM"),
    ];
    let found = names.iter().find(|(known, _)| known.as_raw() == signal);
    found.map(|(_, name)| *name)
}

/// Reads a pipe to its end.
struct Reader {
    captured: Arc<Mutex<Captured>>,
    task: JoinHandle<()>,
}

impl Reader {
    fn start(pipe: Option<impl AsyncRead + Unpin + Send + 'static>) -> Self {
        let captured = Arc::<Mutex<Captured>>::default();
        let kept = Arc::clone(&captured);
        let mut pipe = pipe.expect("BUG: its output is a pipe");
        let task = tokio::spawn(async move {
            let mut buffer = vec![0; 8 * 1024];
            while let Ok(length @ 1..) = pipe.read(&mut buffer).await {
                lock(&kept).push(&buffer[..length]);
            }
        });
        Self { captured, task }
    }

    /// What was written. A process outside of the group may hold the pipe open: it is not waited
    /// for.
    async fn text(&mut self, limit: usize) -> String {
        let _ = timeout(LEFT_BEHIND, &mut self.task).await;
        lock(&self.captured).text(limit)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(captured: &Mutex<Captured>) -> std::sync::MutexGuard<'_, Captured> {
    captured.lock().unwrap_or_else(PoisonError::into_inner)
}
