//! Connections, bounded: how many there are, how long one may take to say what it wants, and who has to go
//! when there are too many.
//!
//! Whoever holds connections open without asking for anything gives way to those who ask: the oldest
//! connection on which nobody showed a token is closed when there is no room for a new one.

use std::collections::BTreeMap;
use std::io::{self, Cursor};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::{Extension, Router};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;

/// Connections at a time.
pub const MAXIMUM_CONNECTIONS: usize = 400;

/// Time for the head of a request, from when it could be sent; a connection that is silent for so long is
/// closed.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest head of a request, in bytes.
pub const MAXIMUM_HEAD_BYTES: usize = 64 * 1024;

/// Headers of a request.
pub const MAXIMUM_HEADERS: usize = 64;

/// Bytes that are read at first.
const FIRST_READ: usize = 4 * 1024;

/// Pause after a connection could not be taken in, such as when no file can be opened any more.
const PAUSE: Duration = Duration::from_millis(100);

/// Whether somebody who is known asked something on a connection.
#[derive(Clone, Default)]
pub struct Known(Arc<AtomicBool>);

impl Known {
    /// Somebody did.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

struct Open {
    known: Known,
    task: AbortHandle,
}

/// The connections that are open, in the order in which they came.
#[derive(Default)]
struct Connections(Mutex<BTreeMap<u64, Open>>);

impl Connections {
    fn all(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes room for one more; false if all that are open are of those who are known.
    fn make_room(&self) -> bool {
        let mut all = self.all();
        if all.len() < MAXIMUM_CONNECTIONS {
            return true;
        }
        let oldest = all.iter().find(|(_, open)| !open.known.is_set());
        let Some(number) = oldest.map(|(number, _)| *number) else {
            return false;
        };
        if let Some(gone) = all.remove(&number) {
            gone.task.abort();
        }
        true
    }
}

/// Takes connections in until `open` is cancelled, and serves each.
pub async fn serve(listener: TcpListener, router: Router, open: CancellationToken) {
    let connections = Arc::new(Connections::default());
    let mut number = 0;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = open.cancelled() => return,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "cannot take a connection in");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        if !connections.make_room() {
            tracing::warn!(
                "{MAXIMUM_CONNECTIONS} connections are open: another one is turned away"
            );
            continue;
        }
        number += 1;
        let known = Known::default();
        let serving = one(stream, router.clone(), known.clone(), open.clone());
        let (these, this) = (connections.clone(), number);
        // The entry is made before the task can remove it.
        let mut all = connections.all();
        let task = tokio::spawn(async move {
            serving.await;
            these.all().remove(&this);
        });
        let task = task.abort_handle();
        all.insert(number, Open { known, task });
    }
}

async fn one(stream: TcpStream, router: Router, known: Known, open: CancellationToken) {
    let (mut reader, writer) = stream.into_split();
    let begun = tokio::time::timeout(HEAD_TIMEOUT, first_line(&mut reader)).await;
    let Ok(Ok(begun)) = begun else {
        return;
    };
    let stream = tokio::io::join(Cursor::new(begun).chain(reader), writer);
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAXIMUM_HEAD_BYTES)
        .max_headers(MAXIMUM_HEADERS);
    let service = TowerToHyperService::new(router.layer(Extension(known)));
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = open.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.as_mut().await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error, "a connection ended");
    }
}

/// What arrives first, up to the end of a line, with the quotation marks in that line as they have to be
/// written: documented addresses have them plain, `curl` sends them so, and the parser takes none.
async fn first_line(reader: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(FIRST_READ);
    while bytes.len() < MAXIMUM_HEAD_BYTES && !bytes.contains(&b'\n') {
        if reader.read_buf(&mut bytes).await? == 0 {
            break;
        }
    }
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (line, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
    let mut written = Vec::with_capacity(bytes.len());
    for byte in line {
        match byte {
            b'"' => written.extend(b"%22"),
            other => written.push(*other),
        }
    }
    written.extend(rest);
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(connections: &Connections, number: u64) -> (Known, tokio::task::JoinHandle<()>) {
        let known = Known::default();
        let task = tokio::spawn(std::future::pending());
        let entry = Open {
            known: known.clone(),
            task: task.abort_handle(),
        };
        connections.all().insert(number, entry);
        (known, task)
    }

    #[tokio::test]
    async fn should_close_the_oldest_of_those_who_are_not_known() {
        let connections = Connections::default();
        let mut opened = Vec::new();
        for number in 0..MAXIMUM_CONNECTIONS as u64 {
            assert!(connections.make_room());
            opened.push(open(&connections, number));
        }
        opened[0].0.set();
        assert!(connections.make_room());
        assert!(opened.remove(1).1.await.unwrap_err().is_cancelled());
        assert!(!opened[0].1.is_finished(), "who is known stays");
        assert_eq!(connections.all().len(), MAXIMUM_CONNECTIONS - 1);
        let last = open(&connections, MAXIMUM_CONNECTIONS as u64);
        for (known, _) in opened.iter().chain([&last]) {
            known.set();
        }
        assert!(!connections.make_room());
    }

    #[tokio::test]
    async fn should_write_quotation_marks_in_an_address_as_they_have_to_be() {
        for (sent, read) in [
            (
                "GET /?q=[{\"a\"}] HTTP/1.1\r\nX: \"b\"\r\n",
                "GET /?q=[{%22a%22}] HTTP/1.1\r\nX: \"b\"\r\n",
            ),
            ("", ""),
            ("no end \"", "no end %22"),
        ] {
            let line = first_line(&mut sent.as_bytes()).await.unwrap();
            assert_eq!(String::from_utf8(line).unwrap(), read);
        }
        let endless = vec![b'x'; 3 * MAXIMUM_HEAD_BYTES];
        let line = first_line(&mut endless.as_slice()).await.unwrap();
        assert!(line.len() <= 2 * MAXIMUM_HEAD_BYTES, "{}", line.len());
    }
}
