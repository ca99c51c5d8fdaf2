//! `chime alert` and `chime inbox`: messages when something happens.

pub(super) mod arguments;
pub(super) mod run;
pub(super) mod show;
pub(super) mod test_message;
