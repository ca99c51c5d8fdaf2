//! stub
use chime_types::{Error, GapPolicy, Rule};
#[derive(Clone, Debug)]
pub struct Schedule {
    every: u64,
    start: u64,
    once: bool,
    explicit: bool,
    end: Option<u64>,
}
pub struct Behind {
    pub count: u64,
}
impl Schedule {
    pub fn compile(
        rule: &Rule,
        _tz: &str,
        _gap: GapPolicy,
        start_at: u64,
        explicit_start: bool,
        end_at: Option<u64>,
    ) -> Result<Self, Error> {
        let (every, once, start) = match rule {
            Rule::Interval {
                repeat_every_seconds,
                ..
            } => (*repeat_every_seconds, false, start_at),
            Rule::Once { run_at } => (1, true, run_at.unwrap_or(start_at)),
            _ => (60, false, start_at),
        };
        if every == 0 {
            return Err(Error::invalid(
                "rule.interval.repeat_every_seconds",
                "at least 1",
                "x",
            ));
        }
        Ok(Self {
            every: every * 1_000_000_000,
            start,
            once,
            explicit: explicit_start,
            end: end_at,
        })
    }
    pub fn next_after(&self, after: u64) -> Option<u64> {
        let first = if self.once || self.explicit {
            self.start
        } else {
            self.start + self.every
        };
        let next = if after < first {
            first
        } else if self.once {
            return None;
        } else {
            first + ((after - first) / self.every + 1) * self.every
        };
        self.end.is_none_or(|e| next <= e).then_some(next)
    }
    pub fn slots_between(&self, after: u64, until: u64) -> Behind {
        Behind {
            count: if self.once {
                0
            } else {
                (until - after) / self.every
            },
        }
    }
    pub fn slot_after(&self, slot: u64, n: u64) -> Option<u64> {
        self.next_after(slot + (n - 1) * self.every)
    }
    pub fn next_times(&self, after: u64, n: usize) -> Vec<u64> {
        let mut v = vec![];
        let mut a = after;
        while v.len() < n {
            let Some(x) = self.next_after(a) else { break };
            v.push(x);
            a = x;
        }
        v
    }
    pub fn describe(&self) -> String {
        "every".into()
    }
    pub fn timezone(&self) -> &str {
        "UTC"
    }
    pub fn repeat_every_seconds(&self) -> u64 {
        if self.once {
            0
        } else {
            self.every / 1_000_000_000
        }
    }
}
