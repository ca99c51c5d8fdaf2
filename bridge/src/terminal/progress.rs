//! Progress of long work, on the standard error and only on a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that takes no longer shows nothing.
const UNSEEN: Duration = Duration::from_millis(500);

const BYTES: &str = "{msg} [{bar:30}] {bytes}/{total_bytes} {eta}";
const COUNT: &str = "{msg}: {pos}";

/// A bar or a count. It is hidden where no terminal is.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar of bytes.
    #[must_use]
    pub fn bytes(what: &'static str) -> Self {
        Self::new(ProgressBar::new(0), BYTES, what)
    }

    /// A count of things, whose end is not known.
    #[must_use]
    pub fn count(what: &'static str) -> Self {
        Self::new(ProgressBar::no_length(), COUNT, what)
    }

    fn new(bar: ProgressBar, template: &str, what: &'static str) -> Self {
        bar.set_draw_target(ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(template).expect("BUG: a template of ours");
        bar.set_style(style.progress_chars("=> "));
        bar.set_message(what);
        Self(bar)
    }

    /// What is done at once is not worth a flicker.
    fn appear(&self) {
        if self.0.is_hidden() && self.0.elapsed() > UNSEEN {
            self.0.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// So much is done of all of it.
    pub fn part(&self, done: u64, total: u64) {
        self.appear();
        self.0.set_length(total);
        self.0.set_position(done);
    }

    /// So many are done.
    pub fn done(&self, count: usize) {
        self.appear();
        self.0.set_position(count as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
