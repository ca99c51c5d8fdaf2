//! Asking before something is destroyed.

use std::io::{self, BufRead, IsTerminal};

use tokio::sync::oneshot;

use crate::cli::ConfirmArguments;
use crate::cli::session::interrupted;
use crate::error::Result;
use crate::error::{Error, Kind};
use crate::terminal::Writer;

/// Goes on if the user agreed, with `--yes` or at the terminal. `what` is the question without its
/// question mark, such as `Delete task 3 (backup) and its 12 executions`.
pub(in crate::cli) async fn confirm(
    writer: &Writer,
    arguments: ConfirmArguments,
    what: &str,
) -> Result<()> {
    if arguments.yes {
        return Ok(());
    }
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Err(Error::new(
            Kind::Usage,
            format!("this needs confirmation, and there is no terminal to ask at: {what}"),
            "give --yes to go ahead",
        ));
    }
    writer.message(format!("{what}? [y/N]"));
    let answer = tokio::select! {
        answer = line() => answer,
        // At the question nothing was begun, so nothing is left to be said of it.
        _ = interrupted() => String::new(),
    };
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Error::new(Kind::Interrupted, "nothing was changed", "")),
    }
}

/// A line of the standard input, read by a thread of its own: whoever waits for it can still be
/// interrupted, and the thread keeps no program from ending.
async fn line() -> String {
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        // What cannot be read is no agreement.
        let _ = io::stdin().lock().read_line(&mut line);
        sender.send(line)
    });
    receiver.await.unwrap_or_default()
}
