//! The terminal of `chime top`: raw mode, keys, drawing; always left as it was found.

use std::time::Duration;

use chime_types::{PauseTaskRequest, RunTaskNowRequest, Task, TaskRequest};
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::{Seen, View, look};
use crate::cli::TopArguments;
use crate::cli::session::Session;
use crate::cli::watch::is_passing;
use crate::error::{Error, Kind, Result};
use crate::terminal::Writer;

/// How long a look at the keyboard waits.
const KEY_PAUSE: Duration = Duration::from_millis(100);

/// Tasks that a page is long.
const PAGE: isize = 10;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Quit,
    Up,
    PageUp,
    PageDown,
    Down,
    Pause,
    Run,
    Filter,
    Redraw,
}

/// Runs until `q`.
pub(in crate::cli) async fn run(
    session: &Session,
    arguments: &TopArguments,
    writer: &Writer,
) -> Result<()> {
    let mut terminal = ratatui::try_init().map_err(unusable)?;
    let result = watch(&mut terminal, session, arguments, writer).await;
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
    arguments: &TopArguments,
    writer: &Writer,
) -> Result<()> {
    let mut view = View::of(arguments);
    let mut asked = None;
    let mut events = listen();
    let mut ticks = interval(Duration::from_secs(arguments.interval));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // What is under way with the scheduler; keys do not wait for it.
    let mut looking: Option<LocalBoxFuture<'_, Result<Seen>>> = None;
    let mut acting: Option<LocalBoxFuture<'_, Result<String>>> = None;
    loop {
        tokio::select! {
            biased;
            event = events.recv() => match event.map(|event| wish_of(&mut view, &event)) {
                None | Some(Some(Wish::Quit)) => return Ok(()),
                Some(None) => continue,
                Some(Some(wish)) => {
                    let agreed = obey(&mut view, &mut asked, wish);
                    if let Some((wish, task)) = agreed.filter(|_| acting.is_none()) {
                        acting = Some(act(session, task, wish).boxed_local());
                    }
                }
            },
            said = under_way(&mut acting) => {
                acting = None;
                view.message = said.unwrap_or_else(|error| {
                    format!("{} {}", error.explanation(), error.fix())
                });
                looking = Some(look(session, view.cursor).boxed_local());
            }
            seen = under_way(&mut looking) => {
                looking = None;
                take(&mut view, seen)?;
            }
            _ = ticks.tick(), if looking.is_none() => {
                looking = Some(look(session, view.cursor).boxed_local());
            }
        }
        draw(terminal, &view, writer)?;
    }
}

/// What comes of a future, if there is one.
async fn under_way<T>(future: &mut Option<LocalBoxFuture<'_, T>>) -> T {
    match future {
        Some(future) => future.await,
        None => std::future::pending().await,
    }
}

/// What happens at the keyboard, read by a thread of its own, which ends with the view.
fn listen() -> mpsc::UnboundedReceiver<Event> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        while !sender.is_closed() {
            let event = match event::poll(KEY_PAUSE) {
                Ok(true) => event::read(),
                Ok(false) => continue,
                Err(_) => return,
            };
            let is_heard = event.is_ok_and(|event| sender.send(event).is_ok());
            if !is_heard {
                return;
            }
        }
    });
    receiver
}

fn wish_of(view: &mut View, event: &Event) -> Option<Wish> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Release => None,
        Event::Key(key) if view.is_typing => typed(view, *key),
        Event::Key(key) => wish(*key),
        Event::Resize(..) => Some(Wish::Redraw),
        Event::FocusGained | Event::FocusLost | Event::Mouse(_) | Event::Paste(_) => None,
    }
}

/// A key while the filter is typed: letters belong to it, all else does what it does otherwise.
fn typed(view: &mut View, key: KeyEvent) -> Option<Wish> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Enter => view.is_typing = false,
        KeyCode::Esc => {
            view.change_filter(String::clear);
            view.is_typing = false;
        }
        KeyCode::Backspace => view.change_filter(|filter| {
            filter.pop();
        }),
        KeyCode::Char(letter) if !control => view.change_filter(|filter| filter.push(letter)),
        _ => return wish(key),
    }
    Some(Wish::Redraw)
}

fn wish(key: KeyEvent) -> Option<Wish> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c') if control => Some(Wish::Quit),
        KeyCode::Char('q') | KeyCode::Esc => Some(Wish::Quit),
        KeyCode::Up | KeyCode::Char('k') => Some(Wish::Up),
        KeyCode::Down | KeyCode::Char('j') => Some(Wish::Down),
        KeyCode::PageUp => Some(Wish::PageUp),
        KeyCode::PageDown => Some(Wish::PageDown),
        KeyCode::Char('/') => Some(Wish::Filter),
        KeyCode::Char('p') => Some(Wish::Pause),
        KeyCode::Char('r') => Some(Wish::Run),
        _ => None,
    }
}

/// A failure is shown and tried again; only one that will not pass ends the view.
fn take(view: &mut View, seen: Result<Seen>) -> Result<()> {
    match seen {
        Ok(seen) => view.take(seen),
        Err(error) if is_passing(&error) && view.stats.is_some() => {
            view.message = error.explanation();
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Does what needs no scheduler. What changes a task is asked for twice: the second time it is the
/// answer.
fn obey(view: &mut View, asked: &mut Option<(Wish, u64)>, wish: Wish) -> Option<(Wish, Task)> {
    let before = asked.take();
    match wish {
        Wish::Up => view.move_by(-1),
        Wish::Down => view.move_by(1),
        Wish::PageUp => view.move_by(-PAGE),
        Wish::PageDown => view.move_by(PAGE),
        Wish::Pause | Wish::Run => {
            let Some(task) = view.marked().cloned() else {
                view.message = "There is no task.".into();
                return None;
            };
            if before == Some((wish, task.id)) {
                view.message = format!("{}: asking the scheduler", task.name);
                return Some((wish, task));
            }
            let (key, what) = match (wish, task.disabled) {
                (Wish::Run, _) => ('r', "run"),
                (_, true) => ('p', "resume"),
                (_, false) => ('p', "pause"),
            };
            view.message = format!("Press {key} again to {what} {}.", task.name);
            *asked = Some((wish, task.id));
        }
        Wish::Filter => view.is_typing = true,
        Wish::Quit | Wish::Redraw => {}
    }
    None
}

/// Pauses, resumes or runs a task, and says what was done.
async fn act(session: &Session, task: Task, wish: Wish) -> Result<String> {
    let (id, name, scheduler) = (task.id, &task.name, &session.scheduler);
    match wish {
        Wish::Run => {
            let request = RunTaskNowRequest {
                task_id: id,
                idempotency_key: None,
                scheduled_at: None,
            };
            let execution = scheduler.run_task_now(&request).await?;
            Ok(format!("{name}: execution {} started", execution.id))
        }
        _ if task.disabled => {
            scheduler.resume_task(&TaskRequest { task_id: id }).await?;
            Ok(format!("{name} is resumed"))
        }
        _ => {
            let request = PauseTaskRequest {
                task_id: id,
                reason: Some("chime top".into()),
                cancel_running: None,
            };
            scheduler.pause_task(&request).await?;
            Ok(format!("{name} is paused"))
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
    use crate::fixtures::task;

    #[test]
    fn should_change_a_task_only_when_asked_twice() {
        let mut view = View {
            tasks: vec![task(1, "report"), task(2, "backup")],
            ..View::default()
        };
        let mut asked = None;
        assert!(obey(&mut view, &mut asked, Wish::Pause).is_none());
        assert_eq!(view.message, "Press p again to pause report.");
        // Another key, or another task, takes the question back.
        assert!(obey(&mut view, &mut asked, Wish::Down).is_none());
        assert!(obey(&mut view, &mut asked, Wish::Pause).is_none());
        assert!(obey(&mut view, &mut asked, Wish::Run).is_none());
        let agreed = obey(&mut view, &mut asked, Wish::Run).unwrap();
        assert_eq!((agreed.0, agreed.1.id), (Wish::Run, 2));
    }

    #[test]
    fn should_show_only_tasks_with_a_part_of_a_name() {
        let mut view = View {
            tasks: vec![task(1, "report"), task(2, "Backup q"), task(3, "quota")],
            marked: 2,
            ..View::default()
        };
        let mut press = |code| {
            let event = Event::Key(KeyEvent::new(code, KeyModifiers::NONE));
            let wish = wish_of(&mut view, &event);
            assert_ne!(wish, Some(Wish::Quit), "{code:?}");
            assert!(obey(&mut view, &mut None, wish.unwrap()).is_none());
            let shown: Vec<u64> = view.shown().map(|task| task.id).collect();
            (shown, view.marked().map(|task| task.id), view.is_typing)
        };
        assert_eq!(press(KeyCode::Char('/')), (vec![1, 2, 3], Some(3), true));
        assert_eq!(press(KeyCode::Char('q')), (vec![2, 3], Some(3), true));
        assert_eq!(press(KeyCode::Up), (vec![2, 3], Some(2), true));
        assert_eq!(press(KeyCode::Char('x')), (vec![], None, true));
        assert_eq!(press(KeyCode::Backspace), (vec![2, 3], Some(2), true));
        assert_eq!(press(KeyCode::Enter), (vec![2, 3], Some(2), false));
        assert_eq!(press(KeyCode::Down), (vec![2, 3], Some(3), false));
        assert_eq!(press(KeyCode::Char('/')), (vec![2, 3], Some(3), true));
        assert_eq!(press(KeyCode::Esc), (vec![1, 2, 3], Some(3), false));
        let quit = Event::Key(KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE));
        assert_eq!(wish_of(&mut view, &quit), Some(Wish::Quit));
    }

    #[tokio::test]
    async fn should_obey_keys_while_the_scheduler_is_silent() {
        let mut silent: Option<LocalBoxFuture<'_, ()>> = Some(std::future::pending().boxed_local());
        let (sender, mut wishes) = mpsc::unbounded_channel();
        sender.send(Wish::Quit).unwrap();
        let first = tokio::select! {
            biased;
            wish = wishes.recv() => wish,
            () = under_way(&mut silent) => None,
        };
        assert_eq!(first, Some(Wish::Quit));
    }

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
