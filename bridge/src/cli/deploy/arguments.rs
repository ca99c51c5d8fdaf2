//! Arguments of `chime deploy`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::ConfirmArguments;

/// Arguments of `chime deploy`.
#[derive(Args, Debug)]
#[command(after_help = "\
The scheduler is the one of --canister or of the configuration (networks.NAME.canister), the runner of
Python that of networks.NAME.runner. An upgrade
uploads the code, stops the canister, takes a snapshot, upgrades, starts and checks; if the new code
does not work, the snapshot restores the old code and its memory. Tasks are kept in any case. An
interrupted deployment continues when the command is given again. If there is nothing to do, nothing
is done.

Examples:
  chime deploy --network local --identity icp:me --new --yes    a new one on a local network
  chime deploy --network prod --new --cycles 3T                 a new one on the mainnet
  chime deploy --network prod --dry-run                         what would be done
  chime deploy --network prod                                   bring it up to date
  chime deploy --network prod --new --python --cycles 3T        a runner of Python beside it")]
pub struct DeployArguments {
    /// Create a canister if none is known on this network; its id goes into the configuration.
    #[arg(long)]
    pub new: bool,
    /// Pay for a new canister with this many cycles of the identity at the cycles ledger: digits, or
    /// e.g. 3T or 500G. Needed on the mainnet; local networks create canisters free of charge.
    #[arg(long, value_name = "CYCLES", requires = "new", value_parser = cycles)]
    pub cycles: Option<u128>,
    /// Deploy the canister that runs Python, too, let the scheduler control it, and name it in the
    /// scheduler's configuration. One that is known is always brought up to date.
    #[arg(long)]
    pub python: bool,
    /// Install this module (.wasm or .wasm.gz) instead of the scheduler inside the program.
    #[arg(long, value_name = "FILE")]
    pub module: Option<PathBuf>,
    /// Upgrade even if the new interface breaks callers of the present one.
    #[arg(long)]
    pub force: bool,
    /// Show what would be done, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Whether to ask before anything is changed.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}

/// A number of cycles: digits with `_`, and `k`, `M`, `G` or `B`, or `T` behind them.
fn cycles(text: &str) -> Result<u128, String> {
    let refused =
        || format!("{text:?} is not a number of cycles; write e.g. 3T or 500_000_000_000");
    let plain = text.trim().replace('_', "");
    let (digits, unit) = match plain.char_indices().last() {
        Some((at, letter)) if letter.is_ascii_alphabetic() => (&plain[..at], letter),
        _ => (plain.as_str(), ' '),
    };
    let zeros: usize = match unit {
        ' ' => 0,
        'k' | 'K' => 3,
        'm' | 'M' => 6,
        'g' | 'G' | 'b' | 'B' => 9,
        't' | 'T' => 12,
        _ => return Err(refused()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) || fraction.len() > zeros {
        return Err(refused());
    }
    let written = format!("{whole}{fraction:0<zeros$}");
    match written.parse() {
        Ok(0) | Err(_) => Err(refused()),
        Ok(number) => Ok(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_read_amounts_with_units() {
        for (text, expected) in [
            ("3T", 3_000_000_000_000),
            ("1.5t", 1_500_000_000_000),
            ("500G", 500_000_000_000),
            ("500b", 500_000_000_000),
            ("7_000_000", 7_000_000),
            ("2k", 2_000),
        ] {
            assert_eq!(cycles(text), Ok(expected), "{text}");
        }
        for text in [
            "",
            "T",
            "0",
            "0T",
            "-1",
            "1.5",
            "1x",
            "1.2.3T",
            "1e12",
            "9".repeat(40).as_str(),
        ] {
            assert!(cycles(text).is_err(), "{text}");
        }
    }
}
