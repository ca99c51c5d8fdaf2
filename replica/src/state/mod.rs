//! Everything that must survive a restart, except the pages of memories: plain data.
//!
//! It holds no behaviour beyond keeping its own invariants (a queue's order, a counter's growth);
//! who executes what lives in `canister`, `replica` and `management`.

mod calls;
mod canister;
mod changes;
mod figures;
mod history;
mod image;
mod log;
mod outcalls;
mod queues;
mod replica;

pub(crate) use calls::{
    CallContext, Callback, CallbackId, Closure, ContextId, Input, Origin, Payload, Request,
    Response,
};
pub(crate) use canister::{
    CanisterMeta, GlobalValue, LowMemoryHook, RunState, Settings, StopRequest,
};
pub(crate) use changes::ChangeHistory;
pub(crate) use figures::{Consumed, QueryFigures};
pub(crate) use history::IngressHistory;
pub use image::ImageId;
pub(crate) use image::{ImageMeta, ImageSource, image_id, split_image_id};
pub(crate) use log::{CanisterLog, LogRecord};
pub(crate) use outcalls::{Outcall, Outcalls, Transform};
pub(crate) use queues::{Queues, is_over, remove_expired_ingress};
pub(crate) use replica::ReplicaMeta;
