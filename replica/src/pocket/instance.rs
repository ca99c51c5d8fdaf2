//! The thread of an instance, and the way to it.
//!
//! Operations and commands of the public interface are done one after the other, in the order in
//! which they came. An operation that panics ends its instance and no other.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::config::Plan;
use super::graph::{Graph, Outcome, Ticket};
use super::limits::OPERATIONS;
use super::machine::Machine;
use super::problem::Problem;
use super::topology::Topology;
use crate::on_guest_stack;
use crate::server::body::Room;
use crate::server::commands::{Command, Desk, HandedIn};
use crate::server::http::Context;

/// What the thread is given to do.
enum Job {
    Operation(Ticket, Box<dyn FnOnce(&mut Machine) + Send>),
    Command(Command),
    /// End, and say so when the state is stored.
    End(oneshot::Sender<()>),
}

/// An instance that is running.
#[derive(Clone)]
pub(super) struct Instance {
    pub(super) topology: Arc<Topology>,
    jobs: SyncSender<Job>,
    shared: Arc<Shared>,
    api: Context,
    router: Router,
}

/// What the thread lets others see.
struct Shared {
    time_ns: AtomicU64,
    busy_with: Mutex<Option<Ticket>>,
}

/// Where the public interface hands in its commands.
struct InstanceDesk {
    jobs: SyncSender<Job>,
    shared: Arc<Shared>,
}

impl Desk for InstanceDesk {
    fn hand_in(&self, command: Command) -> HandedIn {
        match self.jobs.try_send(Job::Command(command)) {
            Err(TrySendError::Full(Job::Command(command))) => HandedIn::Full(command),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => HandedIn::Ended,
            Ok(()) => HandedIn::Taken,
        }
    }

    fn now_ns(&self) -> u64 {
        self.shared.time_ns.load(Ordering::Acquire)
    }
}

impl Instance {
    /// Creates an instance and its thread.
    pub(super) async fn start(plan: Plan) -> Result<Self, Problem> {
        let (jobs, receiver) = mpsc::sync_channel(OPERATIONS);
        let (ready, created) = oneshot::channel();
        let shared = Arc::new(Shared {
            time_ns: AtomicU64::new(plan.start_time_ns),
            busy_with: Mutex::new(None),
        });
        let of_thread = Arc::clone(&shared);
        let spawned = thread::Builder::new()
            .name("instance".to_owned())
            .spawn(move || on_guest_stack(move || live(&plan, &receiver, &of_thread, ready)));
        spawned.map_err(|error| Problem::new(format!("No thread for the instance: {error}")))?;
        let (topology, keys) = created.await.map_err(|_| Problem::failed())??;
        let desk = Arc::new(InstanceDesk {
            jobs: jobs.clone(),
            shared: Arc::clone(&shared),
        });
        let api = Context {
            keys,
            desk,
            call_delay: Duration::ZERO,
            room: Room::new(),
        };
        Ok(Self {
            topology: Arc::new(topology),
            router: crate::server::http::router(api.clone()),
            api,
            jobs,
            shared,
        })
    }

    /// The public interface of the instance.
    pub(super) fn api(&self) -> &Context {
        &self.api
    }

    /// The routes of the public interface.
    pub(super) fn router(&self) -> Router {
        self.router.clone()
    }

    /// What it is busy with.
    pub(super) fn busy_with(&self) -> Option<Ticket> {
        let busy = &self.shared.busy_with;
        *busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has an operation done and gives the answer for the client: 200 or the problem if it ends
    /// soon, 202 if not, 409 if too many others wait.
    pub(super) async fn operate<T: Serialize>(
        &self,
        graph: &Arc<Graph>,
        ticket: Ticket,
        wait: Duration,
        operation: impl FnOnce(&mut Machine) -> Result<T, Problem> + Send + 'static,
    ) -> Response {
        let (sender, mut ended) = oneshot::channel();
        let job = Box::new(move |machine: &mut Machine| {
            // Nobody waits any more when the client has gone.
            let _ = sender.send(outcome(operation(machine)));
        });
        match self.jobs.try_send(Job::Operation(ticket, job)) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                let busy_with = self.busy_with().unwrap_or(ticket);
                return busy_with.answer(StatusCode::CONFLICT);
            }
            Err(TrySendError::Disconnected(_)) => return Problem::failed().into_response(),
        }
        match timeout(wait, &mut ended).await {
            Ok(Ok(outcome)) => outcome.into_response(),
            Ok(Err(_)) => Problem::failed().into_response(),
            Err(_) => {
                let graph = Arc::clone(graph);
                tokio::spawn(async move {
                    let failed = |_| outcome::<()>(Err(Problem::failed()));
                    graph.keep(ticket, ended.await.unwrap_or_else(failed));
                });
                ticket.answer(StatusCode::ACCEPTED)
            }
        }
    }

    /// Ends the thread once it has done what was ordered before, and waits for that; a problem if it
    /// had failed before, or its state could not be stored.
    pub(super) async fn end(self) -> Result<(), Problem> {
        let (sender, ended) = oneshot::channel();
        let told = tokio::task::spawn_blocking(move || {
            let _ = self.jobs.send(Job::End(sender));
        });
        // A thread that has ended before needs no telling and does not answer.
        let _ = told.await;
        ended.await.map_err(|_| Problem::failed())
    }
}

fn outcome<T: Serialize>(result: Result<T, Problem>) -> Outcome {
    match result {
        Ok(value) => Outcome {
            status: StatusCode::OK,
            json: serde_json::to_vec(&value).expect("BUG: every answer is JSON"),
        },
        Err(problem) => Outcome {
            status: problem.status,
            json: serde_json::to_vec(&serde_json::json!({ "message": problem.message }))
                .expect("BUG: a text is JSON"),
        },
    }
}

type Created = Result<(Topology, Arc<crate::server::keys::Keys>), Problem>;

/// The life of an instance.
fn live(plan: &Plan, jobs: &Receiver<Job>, shared: &Shared, ready: oneshot::Sender<Created>) {
    let mut machine = match Machine::create(plan) {
        Ok(machine) => machine,
        Err(problem) => {
            // Nobody waits any more when the client has gone, here and below.
            let _ = ready.send(Err(problem));
            return;
        }
    };
    let show_time = |machine: &Machine| {
        let time_ns = machine.replica.time_ns();
        shared.time_ns.store(time_ns, Ordering::Release);
    };
    let set_busy = |ticket| {
        *shared
            .busy_with
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = ticket;
    };
    show_time(&machine);
    let _ = ready.send(Ok((machine.topology.clone(), Arc::clone(&machine.keys))));
    let ended = loop {
        match next(&machine, jobs) {
            Ok(Job::Operation(ticket, operation)) => {
                set_busy(Some(ticket));
                operation(&mut machine);
                set_busy(None);
            }
            Ok(Job::Command(command)) => machine.take(command),
            Err(RecvTimeoutError::Timeout) => {}
            Ok(Job::End(ended)) => break Some(ended),
            Err(RecvTimeoutError::Disconnected) => break None,
        }
        machine.make_progress();
        machine.answer_waiting();
        show_time(&machine);
        if machine.is_broken {
            return;
        }
    };
    machine.refresh();
    let is_stored = !machine.is_broken;
    // The state directory is free before anybody hears of the end.
    drop(machine);
    if let Some(ended) = ended.filter(|_| is_stored) {
        let _ = ended.send(());
    }
}

fn next(machine: &Machine, jobs: &Receiver<Job>) -> Result<Job, RecvTimeoutError> {
    match machine.pause() {
        Some(pause) => jobs.recv_timeout(pause),
        None => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pocket::config::InstanceConfig;

    async fn instance() -> Instance {
        let config: InstanceConfig = serde_json::from_value(serde_json::json!({
            "subnet_config_set": { "application": [{
                "state_config": "New", "instruction_config": "Production",
            }] },
        }))
        .unwrap();
        Instance::start(config.plan().unwrap()).await.unwrap()
    }

    async fn status(instance: &Instance, graph: &Arc<Graph>) -> StatusCode {
        let ticket = graph.ticket(0);
        let time = |machine: &mut Machine| Ok(machine.get_time());
        let wait = Duration::from_secs(600);
        instance.operate(graph, ticket, wait, time).await.status()
    }

    #[tokio::test]
    async fn should_answer_409_with_what_it_is_busy_with_when_too_many_wait() {
        let (instance, graph) = (instance().await, Arc::<Graph>::default());
        let (release, held) = mpsc::channel::<()>();
        let (began, begun) = oneshot::channel();
        let busy = graph.ticket(0);
        let hold = Box::new(move |_: &mut Machine| {
            began.send(()).unwrap();
            held.recv().unwrap();
        });
        instance.jobs.send(Job::Operation(busy, hold)).unwrap();
        begun.await.unwrap();
        assert_eq!(instance.busy_with(), Some(busy));
        for _ in 0..OPERATIONS {
            let idle = Job::Command(Command::Wake);
            instance.jobs.try_send(idle).unwrap();
        }
        assert_eq!(status(&instance, &graph).await, StatusCode::CONFLICT);
        release.send(()).unwrap();
        while status(&instance, &graph).await == StatusCode::CONFLICT {
            tokio::task::yield_now().await;
        }
        assert_eq!(status(&instance, &graph).await, StatusCode::OK);
        instance.end().await.unwrap();
    }

    #[tokio::test]
    async fn should_report_an_instance_that_has_failed() {
        let (instance, graph) = (instance().await, Arc::<Graph>::default());
        let failing = |_: &mut Machine| -> Result<(), Problem> { panic!("a failure of the test") };
        let ticket = graph.ticket(0);
        let wait = Duration::from_secs(600);
        let answer = instance.operate(&graph, ticket, wait, failing).await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        instance.end().await.unwrap_err();
    }
}
