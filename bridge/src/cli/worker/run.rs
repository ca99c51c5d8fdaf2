//! `chime worker`: runs the commands of tasks on this machine.

use std::fs::{self, File};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::{BoxMakeWriter, MakeWriterExt};

use crate::apply::{WorkerSettings, read_settings};
use crate::cli::session::{interrupted, settings};
use crate::cli::worker::show::Worked;
use crate::cli::{GlobalArguments, WorkerArguments};
use crate::error::{Error, Kind, Result};
use crate::terminal::Writer;
use crate::worker::{Config, Stop, Summary, Worker};

const DEFAULT_JOBS: &str = "jobs";
const DEFAULT_SETTINGS: &str = "config/scheduler.yaml";

/// Works until a signal, or one cycle.
pub(in crate::cli) async fn run(
    global: &GlobalArguments,
    arguments: &WorkerArguments,
    writer: &Writer,
) -> Result<()> {
    let network = settings(global)?;
    let file = configuration(arguments)?;
    let worker = Worker::new(config(arguments, &file)?)?;
    start_log(&file)?;
    for note in &file.notes {
        tracing::warn!("configuration: {note}");
    }
    let stop = Stop::default();
    let listener = tokio::spawn(listen(stop.clone()));
    let worked = match arguments.once {
        true => worker.run_once(network, &stop).await,
        false => worker.run(network, &stop).await,
    };
    listener.abort();
    let summary = worked?;
    writer.answer(&Worked::new(summary))?;
    match arguments.once {
        true => judge(summary),
        false => Ok(()),
    }
}

/// The first signal lets what is running finish, the second hands it back.
async fn listen(stop: Stop) {
    let signal = interrupted().await;
    tracing::info!("{signal}: finishing what is running; once more hands it back at once");
    stop.finish();
    let signal = interrupted().await;
    tracing::info!("{signal}: ending what is running and handing it back");
    stop.hand_back();
}

fn configuration(arguments: &WorkerArguments) -> Result<WorkerSettings> {
    let usual = || Some(PathBuf::from(DEFAULT_SETTINGS)).filter(|file| file.is_file());
    let Some(path) = arguments.config.clone().or_else(usual) else {
        return Ok(WorkerSettings::default());
    };
    read_settings(&path).map_err(|refusal| {
        let rule = format!("{}: {}", path.display(), refusal.rule);
        let error = Error::new(Kind::Usage, rule, refusal.fix);
        match refusal.field {
            Some(field) => error.at(field),
            None => error,
        }
    })
}

fn config(arguments: &WorkerArguments, file: &WorkerSettings) -> Result<Config> {
    let mut config = Config {
        queue: arguments.queue.clone(),
        group: arguments.group.clone(),
        jobs_directory: jobs_directory(arguments, file)?,
        default_timeout_seconds: file.default_timeout_seconds,
        lease_seconds: arguments.lease,
        drain: Duration::from_secs(arguments.drain),
        allow_remote_commands: arguments.allow_remote_commands,
        working_directory: arguments.working_dir.clone(),
        ..Config::default()
    };
    if let Some(name) = &arguments.name {
        config.name.clone_from(name);
    }
    if arguments.timezone.is_some() {
        config.timezone.clone_from(&arguments.timezone);
    }
    let most = file
        .max_concurrent_jobs
        .map(|most| u32::try_from(most).unwrap_or(u32::MAX));
    if let Some(concurrency) = arguments.concurrency.or(most) {
        config.concurrency = concurrency;
    }
    if let Some(seconds) = file.poll_interval_seconds {
        config.poll_interval = Duration::from_secs(seconds);
    }
    Ok(config)
}

fn jobs_directory(arguments: &WorkerArguments, file: &WorkerSettings) -> Result<Option<PathBuf>> {
    let named = arguments.jobs_dir.as_ref().or(file.jobs_dir.as_ref());
    let usual = Path::new(DEFAULT_JOBS);
    match named {
        Some(directory) if directory.is_dir() => Ok(Some(directory.clone())),
        Some(directory) => {
            let rule = format!("{} is not a directory", directory.display());
            let fix = "Make it and put job files into it, or name another one with --jobs-dir DIR.";
            Err(Error::new(Kind::Usage, rule, fix).at("jobs_dir"))
        }
        None if usual.is_dir() => Ok(Some(usual.to_path_buf())),
        None if arguments.allow_remote_commands => Ok(None),
        None => Err(Error::new(
            Kind::Usage,
            "there is nothing to run: no directory `jobs` is here",
            "Name the directory of the job files with --jobs-dir DIR, or run the commands of all \
             tasks with --allow-remote-commands.",
        )),
    }
}

/// The log goes to the standard error, and to a file if the configuration names one.
fn start_log(file: &WorkerSettings) -> Result<()> {
    let level = level(file.log_level.as_deref())?;
    let terminal = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let writer = match &file.log_file {
        Some(path) => {
            let log = open(path).map_err(|error| {
                let rule = format!("cannot write the log to {}", path.display());
                Error::new(Kind::LocalFile, rule, "Check the path and its permissions.")
                    .at("log_file")
                    .because(error)
            })?;
            BoxMakeWriter::new(io::stderr.and(Arc::new(log)))
        }
        None => BoxMakeWriter::new(io::stderr),
    };
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(format!(
            "warn,chime::worker={level},chime::commands={level}"
        )))
        .with_writer(writer)
        .with_ansi(terminal && file.log_file.is_none())
        .with_target(false)
        .finish();
    // A log that was set up before goes on.
    let _ = tracing::subscriber::set_global_default(subscriber);
    Ok(())
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    File::options().create(true).append(true).open(path)
}

/// The level in the words of tasks_loop.
fn level(name: Option<&str>) -> Result<&'static str> {
    match name.unwrap_or("INFO").to_uppercase().as_str() {
        "DEBUG" => Ok("debug"),
        "INFO" => Ok("info"),
        "WARNING" | "WARN" => Ok("warn"),
        "ERROR" | "CRITICAL" => Ok("error"),
        other => Err(Error::new(
            Kind::Usage,
            format!("the level `{other}` is not known"),
            "Valid options: DEBUG, INFO, WARNING, ERROR, CRITICAL.",
        )
        .at("log_level")),
    }
}

fn judge(summary: Summary) -> Result<()> {
    if summary.failed > 0 {
        let rule = match summary.failed {
            1 => "1 job failed".to_string(),
            count => format!("{count} jobs failed"),
        };
        let fix = "Look at the log above, or at `chime ps logs TASK`.";
        return Err(Error::new(Kind::ExecutionFailed, rule, fix));
    }
    if summary.refused_files > 0 {
        let rule = match summary.refused_files {
            1 => "1 job file was refused; the others were kept".to_string(),
            count => format!("{count} job files were refused; the others were kept"),
        };
        return Err(Error::new(
            Kind::Usage,
            rule,
            "Correct what the log above names.",
        ));
    }
    Ok(())
}
