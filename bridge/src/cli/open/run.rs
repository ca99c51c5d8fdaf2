//! `chime open`: the pages of the server that runs on the state directory, signed in.

use std::process::{Command, Stdio};

use serde::Serialize;

use crate::access::{Book, Reach};
use crate::cli::serve::{place, run::link};
use crate::cli::session::settings;
use crate::cli::{GlobalArguments, OpenArguments};
use crate::error::{Error, Kind, Result};
use crate::terminal::{Answer, Page, Writer};

/// The program that opens an address with what the user has chosen for it, and what stands before the
/// address.
const OPENER: (&str, &[&str]) = if cfg!(target_os = "macos") {
    ("open", &[])
} else if cfg!(windows) {
    ("cmd", &["/c", "start", ""])
} else {
    ("xdg-open", &[])
};

/// An address that signs in.
#[derive(Serialize)]
struct Link {
    url: String,
}

impl Answer for Link {
    fn text(&self, _page: &Page<'_>) -> String {
        format!("{}\n", self.url)
    }
}

/// Opens the pages, or writes the address.
pub(in crate::cli) fn run(
    global: &GlobalArguments,
    arguments: &OpenArguments,
    writer: &Writer,
) -> Result<()> {
    let state = settings(global)?.state;
    let place = place::find(state.path())?;
    let role = if arguments.read_only {
        Reach::Viewer
    } else {
        Reach::Admin
    };
    let book = Book::new(state.path().to_path_buf());
    let url = link(&book, &place, role, writer)?;
    if arguments.print {
        return writer.answer(&Link { url });
    }
    let (program, before) = OPENER;
    let opened = Command::new(program)
        .args(before)
        .arg(&url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match opened {
        Ok(status) if status.success() => {
            writer.message(format!("Opened {}.", place.url));
            Ok(())
        }
        Ok(_) | Err(_) => Err(Error::new(
            Kind::LocalFile,
            format!("`{program}` cannot open a browser here"),
            "run `chime open --print`, and open the address that it writes",
        )),
    }
}
