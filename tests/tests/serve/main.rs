//! `chime serve`: the program itself on the embedded network, asked as programs and browsers ask it.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, its helpers too"
)]

mod api;
mod codices;
mod curl;
mod daptin;
mod doors;
mod pages;
mod support;
