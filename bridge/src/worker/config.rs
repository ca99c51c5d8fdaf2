//! What a worker is told before it begins.

use std::path::PathBuf;
use std::time::Duration;

use chime_types::limits::{MAXIMUM_LEASE_SECONDS, MAXIMUM_QUEUE_CHARACTERS, MINIMUM_LEASE_SECONDS};

use jiff::tz::TimeZone;

use super::limits::{
    DEFAULT_CONCURRENCY, DEFAULT_DRAIN_SECONDS, DEFAULT_LEASE_SECONDS, DEFAULT_POLL_SECONDS,
    MAXIMUM_CONCURRENCY, MAXIMUM_NAME_CHARACTERS, MAXIMUM_POLL_SECONDS,
};
use crate::error::{Error, Kind, Result};

/// What a worker is told before it begins. Begin with [`Config::default`] and change what matters.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its name in the history, 1 to 128 characters. By default the host's name and the process.
    pub name: String,
    /// Whose tasks it keeps in step with the job files: workers with the same jobs share it. By
    /// default the host's name and the directory of the jobs.
    pub group: Option<String>,
    /// The queue that it serves; `None` is `default`.
    pub queue: Option<String>,
    /// Where the job files are; `None` keeps no tasks.
    pub jobs_directory: Option<PathBuf>,
    /// Time-out of jobs that name none; `None` is the scheduler's 300 seconds.
    pub default_timeout_seconds: Option<u64>,
    /// Time zone of jobs of tasks_loop whose schedule names none, such as `Europe/Zurich`. By default
    /// that of this machine, as in tasks_loop; `None` is UTC.
    pub timezone: Option<String>,
    /// Jobs at a time, 1 to [`MAXIMUM_CONCURRENCY`].
    pub concurrency: u32,
    /// Pause between two looks at the job files, 1 second to a day.
    pub poll_interval: Duration,
    /// How long it may keep silent about a job before that goes to another worker, 5 to 3,600.
    pub lease_seconds: u64,
    /// How long jobs may go on after [`Stop::finish`](super::Stop::finish) before they are handed
    /// back.
    pub drain: Duration,
    /// Also run commands that do not come from the job files: whoever may make tasks on the
    /// scheduler, or controls its canister, can then run anything here.
    pub allow_remote_commands: bool,
    /// Where commands run; `None` is where the worker runs.
    pub working_directory: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            name: format!("{}-{}", host_name(), std::process::id()),
            group: None,
            queue: None,
            jobs_directory: None,
            default_timeout_seconds: None,
            timezone: TimeZone::system().iana_name().map(str::to_string),
            concurrency: DEFAULT_CONCURRENCY,
            poll_interval: Duration::from_secs(DEFAULT_POLL_SECONDS),
            lease_seconds: DEFAULT_LEASE_SECONDS,
            drain: Duration::from_secs(DEFAULT_DRAIN_SECONDS),
            allow_remote_commands: false,
            working_directory: None,
        }
    }
}

impl Config {
    /// Whose tasks it keeps.
    pub(super) fn group(&self) -> String {
        if let Some(group) = &self.group {
            return group.clone();
        }
        let Some(directory) = &self.jobs_directory else {
            return self.name.clone();
        };
        let directory = directory
            .canonicalize()
            .unwrap_or_else(|_| directory.clone());
        let group = format!("{}:{}", host_name(), directory.display());
        let excess = group
            .chars()
            .count()
            .saturating_sub(MAXIMUM_NAME_CHARACTERS);
        // The end of a path tells more than its beginning.
        group.chars().skip(excess).collect()
    }

    /// # Errors
    /// `Usage`, with the field, if a value is outside of its limits.
    pub(super) fn check(&self) -> Result<()> {
        let text = |field: &str, text: Option<&str>, most: usize| match text {
            Some(text) if !(1..=most).contains(&text.chars().count()) => {
                Err(wrong(field, format!("must have 1 to {most} characters")))
            }
            _ => Ok(()),
        };
        let number = |field: &str, given: u64, least: u64, most: u64| {
            if (least..=most).contains(&given) {
                return Ok(());
            }
            Err(wrong(
                field,
                format!("must be {least} to {most}, not {given}"),
            ))
        };
        text("name", Some(&self.name), MAXIMUM_NAME_CHARACTERS)?;
        text("group", self.group.as_deref(), MAXIMUM_NAME_CHARACTERS)?;
        if let Some(zone) = &self.timezone
            && TimeZone::get(zone).is_err()
        {
            return Err(wrong("timezone", format!("there is no zone {zone:?}")));
        }
        text("queue", self.queue.as_deref(), MAXIMUM_QUEUE_CHARACTERS)?;
        let concurrency = u64::from(self.concurrency);
        number(
            "concurrency",
            concurrency,
            1,
            u64::from(MAXIMUM_CONCURRENCY),
        )?;
        let poll = self.poll_interval.as_secs();
        number("poll_interval_seconds", poll, 1, MAXIMUM_POLL_SECONDS)?;
        let (least, most) = (MINIMUM_LEASE_SECONDS, MAXIMUM_LEASE_SECONDS);
        number("lease_seconds", self.lease_seconds, least, most)?;
        match &self.working_directory {
            Some(path) if !path.is_dir() => Err(wrong(
                "working_directory",
                format!("{} is not a directory", path.display()),
            )),
            _ => Ok(()),
        }
    }
}

fn wrong(field: &str, rule: String) -> Error {
    Error::new(Kind::Usage, rule, "correct it and start the worker again").at(field)
}

/// The name of this machine.
fn host_name() -> String {
    let files = ["/proc/sys/kernel/hostname", "/etc/hostname"];
    let read = files
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok());
    read.map(|text| text.trim().to_string())
        .chain(std::env::var("HOSTNAME"))
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| "localhost".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_refuse_values_outside_of_their_limits_by_name() {
        let refused = |change: fn(&mut Config)| {
            let mut config = Config::default();
            config.check().unwrap();
            change(&mut config);
            config.check().unwrap_err().explanation()
        };
        let concurrency = refused(|config| config.concurrency = 0);
        assert_eq!(concurrency, "concurrency: must be 1 to 200, not 0");
        assert!(refused(|config| config.concurrency = 201).contains("201"));
        assert!(refused(|config| config.lease_seconds = 4).starts_with("lease_seconds"));
        assert!(refused(|config| config.poll_interval = Duration::ZERO).starts_with("poll"));
        assert!(refused(|config| config.queue = Some(String::new())).starts_with("queue"));
        assert!(refused(|config| config.name = "x".repeat(129)).starts_with("name"));
    }

    #[test]
    fn should_name_a_group_by_host_and_directory_unless_it_is_given() {
        let directory = tempfile::tempdir().unwrap();
        let config = Config {
            jobs_directory: Some(directory.path().join(".")),
            ..Config::default()
        };
        let path = directory.path().canonicalize().unwrap();
        assert!(
            config.group().ends_with(path.to_str().unwrap()),
            "{}",
            config.group()
        );
        let named = Config {
            group: Some("mine".into()),
            ..config
        };
        assert_eq!(named.group(), "mine");
    }
}
