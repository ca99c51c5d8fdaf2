//! The log of programs that serve: warnings go to the standard error; `RUST_LOG` asks for more.

use tracing_subscriber::EnvFilter;

/// Starts it.
pub(in crate::cli) fn start_log() {
    let filter = std::env::var(EnvFilter::DEFAULT_ENV);
    let filter = filter.as_deref().unwrap_or("error,chime=warn");
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .finish();
    // A log that was set up before goes on.
    let _ = tracing::subscriber::set_global_default(subscriber);
}
