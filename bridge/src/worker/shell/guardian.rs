//! Ends the commands of a worker that was killed.
//!
//! A worker that is ended by SIGKILL can do nothing any more, and its commands would run on beside
//! those of the worker that gets their jobs next. So a shell beside it reads which process groups
//! there are from a pipe that only the worker holds: the pipe's end is the worker's end, and the
//! shell ends what is left, first with SIGTERM, after a second with SIGKILL.
//!
//! It needs no more than POSIX. It does not reach processes that made a session or a process group
//! of their own, nor anything if it is killed together with the worker, as systemd does, which then
//! ends all processes of the unit itself.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

const SCRIPT: &str = r#"
trap '' HUP INT QUIT TERM
groups=
while read -r sign group; do
    rest=
    for other in $groups; do
        if [ "$other" != "$group" ]; then rest="$rest $other"; fi
    done
    groups=$rest
    if [ "$sign" = + ]; then groups="$groups $group"; fi
done
if [ -n "$groups" ]; then
    for group in $groups; do kill -s TERM -- "-$group"; done
    sleep 1
    for group in $groups; do kill -s KILL -- "-$group"; done
fi 2>/dev/null
"#;

/// The shell that watches, and what it watches.
#[derive(Debug, Default)]
pub(super) struct Guardian(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    process: Option<Child>,
    groups: BTreeSet<i32>,
}

impl Guardian {
    /// Has a process group ended if this process ends before the group is dropped.
    pub fn watch(self: &std::sync::Arc<Self>, pid: Pid) -> io::Result<Group> {
        let id = pid.as_raw_nonzero().get();
        let group = Group {
            pid,
            guardian: std::sync::Arc::clone(self),
        };
        let mut state = self.state();
        state.groups.insert(id);
        state.tell(&format!("+ {id}\n"))?;
        Ok(group)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What it holds is whole at every line.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Writes a line; if the shell is gone, to a new one, which is told everything.
    fn tell(&mut self, line: &str) -> io::Result<()> {
        if let Some(process) = &mut self.process
            && process.try_wait()?.is_none()
            && write(process, line).is_ok()
        {
            return Ok(());
        }
        let mut process = spawn()?;
        let all: String = self.groups.iter().map(|id| format!("+ {id}\n")).collect();
        write(&mut process, &all)?;
        self.process = Some(process);
        Ok(())
    }
}

fn write(process: &mut Child, text: &str) -> io::Result<()> {
    let pipe = process.stdin.as_mut().expect("BUG: its input is a pipe");
    pipe.write_all(text.as_bytes())
}

fn spawn() -> io::Result<Child> {
    Command::new("/bin/sh")
        .args(["-c", SCRIPT, "chime-guardian"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Signals that a terminal sends to the worker's group must not reach it.
        .process_group(0)
        .spawn()
}

impl Drop for State {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            drop(process.stdin.take());
            // It ends at once where nothing is left to be ended; nobody waits for the rest.
            let _ = process.try_wait();
        }
    }
}

/// A process group that is ended when this is dropped.
#[derive(Debug)]
pub(super) struct Group {
    pid: Pid,
    guardian: std::sync::Arc<Guardian>,
}

impl Group {
    /// Sends a signal to all its processes.
    pub fn signal(&self, signal: Signal) {
        // There may be none left.
        let _ = kill_process_group(self.pid, signal);
    }

    /// Whether it has processes.
    pub fn exists(&self) -> bool {
        // A process that may not be signalled is there, too.
        !matches!(
            test_kill_process_group(self.pid),
            Err(rustix::io::Errno::SRCH)
        )
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        let id = self.pid.as_raw_nonzero().get();
        let mut state = self.guardian.state();
        state.groups.remove(&id);
        if let Some(process) = &mut state.process {
            // A guardian that is gone will be told when the next job begins.
            let _ = write(process, &format!("- {id}\n"));
        }
    }
}
