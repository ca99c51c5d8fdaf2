//! Whether the network answers, how fast, under which key, and at which time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use candid::Principal;
use ic_agent::{Agent, lookup_value};

use super::Finding;
use crate::error::Kind;
use crate::network::{NetworkName, RootKey, Settings, host, is_this_machine};
use crate::scheduler::query_error;

/// An answer that takes longer makes every command slow.
const SLOW: Duration = Duration::from_secs(2);
/// A clock that is off by more will soon make requests fail.
const SKEW_WARNED: Duration = Duration::from_secs(30);
/// Requests are valid for less than five minutes. Source: the Internet Computer interface
/// specification, "ingress_expiry".
const SKEW_REFUSED: Duration = Duration::from_secs(240);
/// Digits of a key that tell it from others.
const SHOWN_DIGITS: usize = 16;

/// Looks at the network.
pub async fn network(
    agent: &Agent,
    settings: &Settings,
    canister: Option<Principal>,
) -> Vec<Finding> {
    let begun = Instant::now();
    let status = match agent.status().await {
        Ok(status) => status,
        Err(error) => {
            let error = query_error(error, "ask for the status of the network");
            return vec![Finding::of_error("reachable", &error)];
        }
    };
    let took = begun.elapsed();
    let mut findings = vec![reachable(took), root_key(agent, settings, status.root_key)];
    if let Some(canister_id) = canister {
        findings.push(clock(agent, canister_id).await);
    }
    findings
}

fn reachable(took: Duration) -> Finding {
    let text = format!("answers in {} ms", took.as_millis());
    match took > SLOW {
        true => Finding::warn("reachable", text, "look at the connection to the network"),
        false => Finding::ok("reachable", text),
    }
}

fn root_key(agent: &Agent, settings: &Settings, served: Option<Vec<u8>>) -> Finding {
    let used = agent.read_root_key();
    let digits = |key: &[u8]| {
        let digits = hex::encode(key);
        // All keys begin alike; the end tells them apart.
        digits[digits.len().saturating_sub(SHOWN_DIGITS)..].to_string()
    };
    if settings.network.is_mainnet() {
        return Finding::ok("root key", "the mainnet's, built into this program");
    }
    match (&settings.root_key, served) {
        (RootKey::Pinned(pinned), Some(served)) if *pinned != served => Finding::fail(
            "root key",
            Kind::Untrusted,
            format!(
                "...{} is pinned, but the network has ...{}",
                digits(pinned),
                digits(&served)
            ),
            "if the network was reset, set networks.NAME.root_key to the new key; otherwise do not trust it",
        ),
        (RootKey::Pinned(pinned), _) => {
            Finding::ok("root key", format!("...{}, as pinned", digits(pinned)))
        }
        (RootKey::Fetched, _) if is_on_this_machine(&settings.network) => {
            Finding::ok("root key", format!("...{}, fetched", digits(&used)))
        }
        (RootKey::Fetched, _) => Finding::warn(
            "root key",
            format!("...{}, fetched from whoever answers", digits(&used)),
            "pin it: `chime config set networks.NAME.root_key=KEY`",
        ),
    }
}

/// Whether nobody stands in between.
fn is_on_this_machine(network: &NetworkName) -> bool {
    let host = host(network.url());
    *network == NetworkName::Embedded || host.is_some_and(|host| is_this_machine(&host))
}

/// Compares this machine's clock with the certified time of the network.
async fn clock(agent: &Agent, canister_id: Principal) -> Finding {
    let path = vec![vec!["time".into()]];
    let before = SystemTime::now();
    let certificate = match agent.read_state_raw(path, canister_id).await {
        Ok(certificate) => certificate,
        Err(error) => {
            return Finding::of_error("clock", &query_error(error, "ask for the time"));
        }
    };
    let middle = before + before.elapsed().unwrap_or_default() / 2;
    let time = lookup_value(&certificate, ["time".as_bytes()])
        .ok()
        .and_then(leb128);
    let Some(network_at) = time else {
        return Finding::warn("clock", "the network does not give its time", "report it");
    };
    let here_at = middle.duration_since(UNIX_EPOCH).unwrap_or_default();
    judge_clock(here_at, Duration::from_nanos(network_at))
}

fn judge_clock(here: Duration, network: Duration) -> Finding {
    let (skew, word) = match here > network {
        true => (here - network, "ahead of"),
        false => (network - here, "behind"),
    };
    let text = format!(
        "{}.{} s {word} the network",
        skew.as_secs(),
        skew.subsec_millis() / 100
    );
    let fix = "set this machine's clock, or have it set (NTP)";
    match skew {
        skew if skew > SKEW_REFUSED => Finding::fail("clock", Kind::Refused, text, fix),
        skew if skew > SKEW_WARNED => Finding::warn("clock", text, fix),
        _ => Finding::ok("clock", text),
    }
}

/// An unsigned number in LEB128, of at most 64 bits.
fn leb128(bytes: &[u8]) -> Option<u64> {
    let mut value: u64 = 0;
    for (index, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f).checked_shl(u32::try_from(7 * index).ok()?)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn should_judge_the_clock_in_both_directions() {
        let noon = Duration::from_secs(1_000_000);
        for (seconds, verdict) in [
            (0, Verdict::Ok),
            (30, Verdict::Ok),
            (31, Verdict::Warn),
            (241, Verdict::Fail(Kind::Refused)),
        ] {
            let off = Duration::from_secs(seconds);
            assert_eq!(judge_clock(noon + off, noon).verdict, verdict, "{seconds}");
            assert_eq!(judge_clock(noon, noon + off).verdict, verdict, "-{seconds}");
        }
    }

    #[test]
    fn should_warn_of_a_fetched_key_unless_the_host_is_this_machine() {
        for (url, is_here) in [
            ("http://localhost:8000", true),
            ("http://[::1]:8000", true),
            ("http://localhost.example.com", false),
            ("http://127.0.0.1.example.com", false),
        ] {
            let network: NetworkName = url.parse().unwrap();
            assert_eq!(is_on_this_machine(&network), is_here, "{url}");
        }
    }

    #[test]
    fn should_read_numbers_of_certificates() {
        assert_eq!(leb128(&[0xe5, 0x8e, 0x26]), Some(624_485));
        assert_eq!(leb128(&[0xff; 10]), None);
        assert_eq!(leb128(&[]), None);
    }
}
