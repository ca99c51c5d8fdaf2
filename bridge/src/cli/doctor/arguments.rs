//! What `chime doctor` says about itself. It has no arguments of its own.

/// Shown below the help of `chime doctor`.
pub const DOCTOR_HELP: &str = "\
Each line is OK, WARN (it works, but look at it) or FAIL, with the way out below it, and for a value
that was chosen where it was: a flag, a variable, or a line of the configuration file. The exit code
is 0 if nothing fails, else that of the first line that does; `chime --help` lists them.

Examples:
  chime doctor
  chime doctor --network prod -o json";
