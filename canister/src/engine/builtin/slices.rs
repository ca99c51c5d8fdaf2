//! What all built-in actions have in common: pieces are done until the work or the budget is at its
//! end, and what is left is kept for the next slice.

use chime_types::Action;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::engine::{Budget, Failure, Outcome};
use crate::state::State;
use crate::state::keys::ExecutionId;
use crate::state::records::TaskRecord;

/// A slice of the work of an attempt.
pub struct Slice<'a> {
    pub state: &'a mut State,
    pub now: u64,
    pub execution_id: ExecutionId,
    /// The task that runs. It may be written: it is loaded anew afterwards.
    pub task: TaskRecord,
    pub budget: &'a Budget<'a>,
    /// What the slice before left; empty at the beginning.
    pub progress: Vec<u8>,
}

/// Whether there is more to do.
pub enum Piece {
    /// There is.
    More,
    /// The work is done, with this summary.
    Done(serde_json::Value),
}

/// Work that is done piece by piece. The value itself is what is kept between two slices.
pub trait Work: Serialize + DeserializeOwned {
    /// Tells the progress of one kind of work from that of another, if a named action is defined
    /// anew between two slices.
    const KIND: &'static str;
    /// Most pieces of one slice.
    const PIECES: usize;

    /// Begins the work.
    fn begin(slice: &mut Slice<'_>, action: &Action) -> Result<Self, Failure>;

    /// Does the next piece, a small one.
    fn piece(&mut self, slice: &mut Slice<'_>, action: &Action) -> Result<Piece, Failure>;

    /// Is called at the end of a slice that is not the last.
    fn pause(&mut self, _slice: &mut Slice<'_>) {}
}

impl Slice<'_> {
    /// Does a slice of the work.
    pub fn run<W: Work>(&mut self, action: &Action) -> Outcome {
        self.pieces::<W>(action).unwrap_or_else(Outcome::Failed)
    }

    fn pieces<W: Work>(&mut self, action: &Action) -> Result<Outcome, Failure> {
        let mut work = match decode::<W>(&self.progress) {
            Some(work) => work,
            None => W::begin(self, action)?,
        };
        for _ in 0..W::PIECES {
            if let Piece::Done(summary) = work.piece(self, action)? {
                return Ok(Outcome::Completed {
                    result: summary.to_string(),
                    log: None,
                });
            }
            if self.budget.is_spent() {
                break;
            }
        }
        work.pause(self);
        Ok(Outcome::More {
            progress: encode(&work),
        })
    }
}

fn encode<W: Work>(work: &W) -> Vec<u8> {
    cbor4ii::serde::to_vec(Vec::new(), &(W::KIND, work)).expect("BUG: progress can be encoded")
}

/// The work as the slice before left it; none if there was none, or it was another kind of work.
pub fn decode<W: Work>(progress: &[u8]) -> Option<W> {
    let (kind, _): (String, IgnoredAny) = cbor4ii::serde::from_slice(progress).ok()?;
    if kind != W::KIND {
        return None;
    }
    let (_, work): (String, W) = cbor4ii::serde::from_slice(progress).ok()?;
    Some(work)
}
