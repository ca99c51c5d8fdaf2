//! What the scheduler itself sends to methods of other canisters.

use chime_types::{ExecutionFinished, ExecutionStatus, Message};

/// What a method is given that nobody gives arguments for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// How an execution ended, to a callback.
    Finished,
    /// A message of an alert or a notification.
    Message,
}

impl Sent {
    /// The name of the record.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Finished => "ExecutionFinished",
            Self::Message => "Message",
        }
    }

    /// One as it may be sent.
    pub(super) fn sample(self) -> Vec<u8> {
        let encoded = match self {
            Self::Finished => candid::encode_one(ExecutionFinished {
                task_id: 1,
                task_name: String::new(),
                execution_id: 1,
                scheduled_at: 0,
                finished_at: 0,
                status: ExecutionStatus::Completed,
                result: None,
                error: None,
                cause: None,
            }),
            Self::Message => candid::encode_one(Message {
                id: 1,
                sent_at: 0,
                subject: String::new(),
                message: String::new(),
                task_id: None,
                execution_id: None,
                alert_id: None,
            }),
        };
        encoded.expect("BUG: the types of the interface can be encoded")
    }
}
