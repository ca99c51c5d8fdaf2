//! Messages as lines, over any pair of streams: one message to a line, in both directions. Every line
//! that arrives is handed on or answered.

use std::io;
use std::mem;

use rmcp::model::ServerJsonRpcMessage;
use rmcp::service::{RoleServer, RxJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::intake::{self, MAXIMUM_MESSAGE_BYTES, Received, Refusal};

/// Lines that wait to be written.
const OUTBOX_LINES: usize = 64;

/// Bytes of a line that is too long which are kept, to read its number.
const BEGINNING_BYTES: usize = 64 * 1024;

/// The lines of one client.
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    /// What has arrived of the next line. It outlives a reading that is broken off.
    line: Vec<u8>,
    /// Whether the rest of the line is passed over.
    is_too_long: bool,
    /// An answer that has no place in the outbox yet.
    refusal: Option<Vec<u8>>,
    outbox: Option<mpsc::Sender<Vec<u8>>>,
}

/// What has become of the line that is read.
enum Progress {
    Line,
    TooLong,
    End,
}

/// The lines of a client, and the writing of what is sent to it, which ends after the last line when
/// nobody can send any more.
pub(super) fn lines<R, W>(input: R, output: W) -> (Lines<R>, JoinHandle<io::Result<()>>)
where
    R: AsyncRead,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let (outbox, inbox) = mpsc::channel(OUTBOX_LINES);
    let lines = Lines {
        reader: BufReader::new(input),
        line: Vec::new(),
        is_too_long: false,
        refusal: None,
        outbox: Some(outbox),
    };
    (lines, tokio::spawn(write(inbox, output)))
}

/// Writes line after line, each whole: a line that was begun is not broken off.
async fn write<W: AsyncWrite + Unpin>(
    mut inbox: mpsc::Receiver<Vec<u8>>,
    mut output: W,
) -> io::Result<()> {
    while let Some(line) = inbox.recv().await {
        output.write_all(&line).await?;
        output.flush().await?;
    }
    Ok(())
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, "the client has gone")
}

impl<R: AsyncRead + Send + Unpin> Lines<R> {
    /// Reads on until a line ends. It may be broken off and begun again anywhere: what is taken from
    /// the stream is in the line before anything is waited for.
    async fn advance(&mut self) -> io::Result<Progress> {
        loop {
            let available = self.reader.fill_buf().await?;
            if available.is_empty() {
                return Ok(
                    match (mem::take(&mut self.is_too_long), self.line.is_empty()) {
                        (true, _) => Progress::TooLong,
                        (false, true) => Progress::End,
                        // A client may leave out the end of its last line.
                        (false, false) => Progress::Line,
                    },
                );
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let count = end.unwrap_or(available.len());
            let taken = end.map_or(count, |end| end + 1);
            if !self.is_too_long {
                self.line.extend_from_slice(&available[..count]);
            }
            self.reader.consume(taken);
            if self.line.len() > MAXIMUM_MESSAGE_BYTES {
                self.line.truncate(BEGINNING_BYTES);
                self.is_too_long = true;
            }
            if end.is_some() {
                return Ok(match mem::take(&mut self.is_too_long) {
                    true => Progress::TooLong,
                    false => Progress::Line,
                });
            }
        }
    }

    fn refuse(&mut self, refusal: &Refusal) {
        tracing::warn!("a message of the client is refused: {}", refusal.rule());
        self.refusal = Some(line_of(&refusal.to_json()));
    }

    /// Hands the refusal that waits to the writer. It may be broken off and begun again.
    async fn send_refusal(&mut self) -> Option<()> {
        if self.refusal.is_some() {
            let place = self.outbox.as_ref()?.reserve().await.ok()?;
            place.send(self.refusal.take()?);
        }
        Some(())
    }
}

fn line_of(message: &impl serde::Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(message).expect("BUG: messages of the protocol are JSON");
    line.push(b'\n');
    line
}

impl<R: AsyncRead + Send + Unpin + 'static> Transport<RoleServer> for Lines<R> {
    type Error = io::Error;

    fn send(
        &mut self,
        message: ServerJsonRpcMessage,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let outbox = self.outbox.clone();
        async move {
            let outbox = outbox.ok_or_else(closed)?;
            outbox.send(line_of(&message)).await.map_err(|_| closed())
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            self.send_refusal().await?;
            let progress = self.advance().await.unwrap_or_else(|error| {
                tracing::error!(%error, "reading from the client failed");
                Progress::End
            });
            match progress {
                Progress::End => return None,
                Progress::TooLong => {
                    let beginning = mem::take(&mut self.line);
                    self.refuse(&intake::too_long(&beginning));
                }
                Progress::Line => match intake::read(&mem::take(&mut self.line)) {
                    Received::Message(message) => return Some(*message),
                    Received::Nothing => {}
                    Received::Refused(refusal) => self.refuse(&refusal),
                },
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.outbox = None;
        Ok(())
    }
}
