//! What `chime doctor` says about itself. It has no arguments of its own.

/// Shown below the help of `chime doctor`.
pub const DOCTOR_HELP: &str = "\
Each line is OK, WARN (it works, but look at it) or FAIL, with the fix below it. A value that you chose
is shown with where it comes from: a flag, a variable, or a line of the configuration file. The exit
code is 0 if nothing fails, otherwise that of the first line that does; `chime --help` lists them.

Examples:
  chime doctor
  chime doctor --network prod -o json";
