//! The terminal of `chime top`: raw mode, keys, drawing; always left as it was found.

use std::time::Duration;

use chime_types::{PauseTaskRequest, RunTaskNowRequest, TaskRequest};
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::View;
use crate::cli::session::Session;
use crate::cli::watch::is_passing;
use crate::error::{Error, Kind, Result};
use crate::terminal::Writer;

/// How long a look at the keyboard waits.
const KEY_PAUSE: Duration = Duration::from_millis(100);

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Quit,
    Up,
    Down,
    Pause,
    Run,
    Redraw,
}

/// Runs until `q`.
pub(in crate::cli) async fn run(session: &Session, seconds: u64, writer: &Writer) -> Result<()> {
    let mut terminal = ratatui::try_init().map_err(unusable)?;
    let result = watch(&mut terminal, session, seconds, writer).await;
    ratatui::restore();
    result
}

fn unusable(error: std::io::Error) -> Error {
    Error::new(
        Kind::Usage,
        "the terminal cannot be used",
        "print one frame with --once, or use `chime stats --watch`",
    )
    .because(error)
}

async fn watch(
    terminal: &mut DefaultTerminal,
    session: &Session,
    seconds: u64,
    writer: &Writer,
) -> Result<()> {
    let mut view = View::default();
    let mut wishes = listen();
    let mut ticks = interval(Duration::from_secs(seconds));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => look(&mut view, session).await?,
            wish = wishes.recv() => match wish {
                None | Some(Wish::Quit) => return Ok(()),
                Some(wish) => fulfil(&mut view, session, wish).await?,
            },
        }
        draw(terminal, &view, writer)?;
    }
}

/// The wishes of whoever is at the keyboard, read by a thread of its own, which ends with the view.
fn listen() -> mpsc::UnboundedReceiver<Wish> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        while !sender.is_closed() {
            let event = match event::poll(KEY_PAUSE) {
                Ok(true) => event::read(),
                Ok(false) => continue,
                Err(_) => return,
            };
            let wish = match event {
                Ok(Event::Key(key)) if key.kind != KeyEventKind::Release => wish(key),
                Ok(Event::Resize(..)) => Some(Wish::Redraw),
                Ok(_) => None,
                Err(_) => return,
            };
            if wish.is_some_and(|wish| sender.send(wish).is_err()) {
                return;
            }
        }
    });
    receiver
}

fn wish(key: KeyEvent) -> Option<Wish> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c') if control => Some(Wish::Quit),
        KeyCode::Char('q') | KeyCode::Esc => Some(Wish::Quit),
        KeyCode::Up | KeyCode::Char('k') => Some(Wish::Up),
        KeyCode::Down | KeyCode::Char('j') => Some(Wish::Down),
        KeyCode::Char('p') => Some(Wish::Pause),
        KeyCode::Char('r') => Some(Wish::Run),
        _ => None,
    }
}

/// A failure is shown and tried again; only one that will not pass ends the view.
async fn look(view: &mut View, session: &Session) -> Result<()> {
    match view.look(session).await {
        Ok(()) => Ok(()),
        Err(error) if is_passing(&error) && view.stats.is_some() => {
            view.message = error.explanation();
            Ok(())
        }
        Err(error) => Err(error),
    }
}

async fn fulfil(view: &mut View, session: &Session, wish: Wish) -> Result<()> {
    match wish {
        Wish::Up => view.marked = view.marked.saturating_sub(1),
        Wish::Down => view.marked = (view.marked + 1).min(view.tasks.len().saturating_sub(1)),
        Wish::Pause | Wish::Run => {
            view.message = match act(view, session, wish).await {
                Ok(message) => message,
                Err(error) => format!("{} {}", error.explanation(), error.fix()),
            };
            look(view, session).await?;
        }
        Wish::Quit | Wish::Redraw => {}
    }
    Ok(())
}

/// Pauses, resumes or runs the marked task, and says what was done.
async fn act(view: &View, session: &Session, wish: Wish) -> Result<String> {
    let Some(task) = view.marked() else {
        return Ok("There is no task.".into());
    };
    let (id, name, scheduler) = (task.id, &task.name, &session.scheduler);
    match wish {
        Wish::Run => {
            let request = RunTaskNowRequest {
                task_id: id,
                idempotency_key: None,
                scheduled_at: None,
            };
            let execution = scheduler.run_task_now(&request).await?;
            Ok(format!("{name}: execution {} is begun", execution.id))
        }
        _ if task.disabled => {
            scheduler.resume_task(&TaskRequest { task_id: id }).await?;
            Ok(format!("{name} is switched on"))
        }
        _ => {
            let request = PauseTaskRequest {
                task_id: id,
                reason: Some("chime top".into()),
                cancel_running: None,
            };
            scheduler.pause_task(&request).await?;
            Ok(format!("{name} is switched off"))
        }
    }
}

fn draw(terminal: &mut DefaultTerminal, view: &View, writer: &Writer) -> Result<()> {
    let Some(snapshot) = view.snapshot(writer, writer.is_coloured()) else {
        return Ok(());
    };
    let drawn = terminal.draw(|frame| frame.render_widget(&snapshot, frame.area()));
    drawn.map(drop).map_err(unusable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_understand_its_keys() {
        let key = |code| wish(KeyEvent::new(code, KeyModifiers::NONE));
        assert_eq!(key(KeyCode::Char('q')), Some(Wish::Quit));
        assert_eq!(key(KeyCode::Down), Some(Wish::Down));
        assert_eq!(key(KeyCode::Char('r')), Some(Wish::Run));
        assert_eq!(key(KeyCode::Char('p')), Some(Wish::Pause));
        assert_eq!(key(KeyCode::Char('c')), None, "only with control");
        let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(wish(interrupt), Some(Wish::Quit));
    }
}
