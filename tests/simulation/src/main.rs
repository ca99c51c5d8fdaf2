//! `chime-simulate`: runs seeds, shrinks what fails, writes the page about it.

use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use chime_simulation::many::{self, Pace, Summary};
use chime_simulation::perform::Failure;
use chime_simulation::report::{Days, Page};
use chime_simulation::story::Story;
use chime_simulation::world::Modules;
use chime_simulation::{hostile, shrink};
use clap::Parser;

/// Random lives of the compiled scheduler, with faults, against an independent model.
#[derive(Parser)]
struct Arguments {
    /// How many seeds.
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// The first one.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Another scheduler than that of `scripts/build wasm`.
    #[arg(long)]
    scheduler: Option<PathBuf>,
    /// Runs one story that was kept, instead of seeds.
    #[arg(long)]
    story: Option<PathBuf>,
    /// Writes the page about the run to this file.
    #[arg(long)]
    report: Option<PathBuf>,
    /// What `scripts/guards` printed, for the page.
    #[arg(long)]
    guards: Option<PathBuf>,
    /// Writes the stories of failures, shrunk, into this directory.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Failures that are shrunk.
    #[arg(long, default_value_t = 3)]
    shrink: usize,
    /// Ends with the first violation.
    #[arg(long)]
    until_violation: bool,
    /// Lives a day beside a hostile owner as well.
    #[arg(long)]
    hostile: bool,
    /// Seeds that are run at a time; as many as there are cores unless given.
    #[arg(long)]
    jobs: Option<NonZero<usize>>,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    // What panics is reported as a failure of its seed.
    std::panic::set_hook(Box::new(|_| {}));
    let scheduler = arguments.scheduler.as_ref();
    let scheduler = scheduler
        .map(|path| std::fs::read(path).with_context(|| path.display().to_string()))
        .transpose()?;
    let modules = Modules::load(scheduler);
    if let Some(path) = &arguments.story {
        return run_story(path, &modules);
    }
    let jobs = arguments
        .jobs
        .or_else(|| std::thread::available_parallelism().ok())
        .map_or(1, NonZero::get);
    let pace = Pace {
        jobs,
        until_violation: arguments.until_violation,
    };
    let seeds = arguments.from..arguments.from + arguments.seeds;
    let summary = many::run(seeds, pace, &modules, &|line| eprintln!("{line}"));
    show(&summary);
    shrink_failures(&summary, &arguments, &modules)?;
    let days = match arguments.hostile {
        true => Some(live_beside_hostile(&modules)?),
        false => None,
    };
    if let Some(path) = &arguments.report {
        let page = Page {
            summary: &summary,
            first: arguments.from,
            days: days.as_ref(),
            guards: arguments.guards.as_deref(),
        };
        std::fs::write(path, page.to_string())?;
    }
    let is_held_up = days.is_some_and(|days| days.verdict.is_some());
    Ok(code(summary.violations == 0 && !is_held_up))
}

/// A day without a hostile owner, and the same one with it.
fn live_beside_hostile(modules: &Modules) -> anyhow::Result<Days> {
    let days = hostile::both(modules, hostile::DAY, &|line| eprintln!("{line}"));
    let (without, with) = days.map_err(|violation| anyhow::anyhow!("{violation}"))?;
    let verdict = hostile::compare(&without, &with).err();
    eprintln!("without the hostile owner: {without:?}");
    eprintln!("with the hostile owner:    {with:?}");
    if let Some(violation) = &verdict {
        eprintln!("  {violation}");
    }
    Ok(Days {
        without,
        with,
        verdict,
    })
}

fn code(is_well: bool) -> ExitCode {
    if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn run_story(path: &PathBuf, modules: &Modules) -> anyhow::Result<ExitCode> {
    let story: Story = serde_json::from_slice(&std::fs::read(path)?)?;
    match many::outcome(&story, modules) {
        Ok(counts) => {
            eprintln!("no violation: {counts:?}");
            Ok(code(true))
        }
        Err(failure) => {
            tell(&failure);
            Ok(code(false))
        }
    }
}

fn show(summary: &Summary) {
    let counts = &summary.counts;
    eprintln!(
        "{} seeds in {:.1} s: {} operations, {} slots, {} executions, {} messages, {} violations",
        summary.seeds,
        summary.elapsed.as_secs_f64(),
        counts.operations,
        counts.slots,
        counts.executions,
        counts.messages,
        summary.violations
    );
    for (kind, times) in &counts.faults {
        eprintln!("{times:>9} {kind}");
    }
    for (story, failure) in &summary.failures {
        eprintln!("seed {}:", story.seed);
        tell(failure);
    }
}

fn tell(failure: &Failure) {
    eprintln!("  after operation {}: {}", failure.after, failure.violation);
}

fn shrink_failures(
    summary: &Summary,
    arguments: &Arguments,
    modules: &Modules,
) -> anyhow::Result<()> {
    for (story, _) in summary.failures.iter().take(arguments.shrink) {
        let (short, failure) = shrink::shortest(story, modules);
        eprintln!(
            "seed {}, {} operations:",
            short.seed,
            short.operations.len()
        );
        tell(&failure);
        let text = serde_json::to_string_pretty(&short)? + "\n";
        match &arguments.keep {
            Some(directory) => {
                std::fs::create_dir_all(directory)?;
                let name = format!("{:?}-{}.json", failure.violation.rule, short.seed);
                std::fs::write(directory.join(name.to_lowercase()), text)?;
            }
            None => eprintln!("{text}"),
        }
    }
    Ok(())
}
