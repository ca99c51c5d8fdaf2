//! The answer of `chime doctor`.

use serde::Serialize;

use crate::doctor::{Finding, Verdict};
use crate::terminal::{Answer, Page, harmless};

/// One line.
#[derive(Serialize, Debug)]
struct Line {
    subject: &'static str,
    /// `ok`, `warn` or `fail`.
    verdict: &'static str,
    finding: String,
    fix: Option<String>,
    origin: Option<String>,
}

/// Everything that was found.
#[derive(Serialize, Debug)]
pub struct Diagnosis {
    /// Whether nothing fails.
    healthy: bool,
    checks: Vec<Line>,
}

impl Diagnosis {
    /// The findings, in their order.
    #[must_use]
    pub fn new(findings: &[Finding]) -> Self {
        let line = |finding: &Finding| Line {
            subject: finding.subject,
            verdict: match finding.verdict {
                Verdict::Ok => "ok",
                Verdict::Warn => "warn",
                Verdict::Fail(_) => "fail",
            },
            finding: finding.text.clone(),
            fix: finding.fix.clone(),
            origin: finding.origin.clone(),
        };
        let checks: Vec<Line> = findings.iter().map(line).collect();
        Self {
            healthy: checks.iter().all(|check| check.verdict != "fail"),
            checks,
        }
    }
}

const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const RED: &str = "\x1b[31m";
const PLAIN: &str = "\x1b[0m";

impl Answer for Diagnosis {
    fn text(&self, page: &Page<'_>) -> String {
        let longest = self.checks.iter().map(|check| check.subject.len()).max();
        let width = longest.unwrap_or_default();
        let mut lines = Vec::new();
        for check in &self.checks {
            let (word, colour) = match check.verdict {
                "ok" => ("OK  ", GREEN),
                "warn" => ("WARN", YELLOW),
                _ => ("FAIL", RED),
            };
            let word = match page.colour {
                true => format!("{colour}{word}{PLAIN}"),
                false => word.to_string(),
            };
            let origin = match &check.origin {
                Some(origin) => format!("  ({origin})"),
                None => String::new(),
            };
            let text = harmless(&check.finding).replace('\n', " ");
            lines.push(format!("{word}  {:width$}  {text}{origin}", check.subject));
            if let Some(fix) = &check.fix {
                lines.push(format!("      {:width$}  fix: {}", "", harmless(fix)));
            }
        }
        lines.join("\n")
    }
}
