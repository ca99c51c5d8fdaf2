//! What is not as it should be, and how to mend it.

use crate::state::State;

type Repair = Box<dyn FnOnce(&mut State, u64)>;

/// Something that is not as it should be.
pub struct Finding {
    /// In words.
    pub text: String,
    /// What mends it without loss; none if nothing does.
    pub repair: Option<Repair>,
}

/// A look at a part of the store.
pub struct Look<'a> {
    pub state: &'a State,
    pub now: u64,
    findings: Vec<Finding>,
}

impl<'a> Look<'a> {
    /// Begins to look.
    pub const fn new(state: &'a State, now: u64) -> Self {
        Self {
            state,
            now,
            findings: Vec::new(),
        }
    }

    /// Notes something that can be mended. A repair reads the store anew: another one may have
    /// changed it meanwhile.
    pub fn mendable(
        &mut self,
        text: impl Into<String>,
        repair: impl FnOnce(&mut State, u64) + 'static,
    ) {
        self.findings.push(Finding {
            text: text.into(),
            repair: Some(Box::new(repair)),
        });
    }

    /// Notes something that people must look at.
    pub fn beyond_repair(&mut self, text: impl Into<String>) {
        self.findings.push(Finding {
            text: text.into(),
            repair: None,
        });
    }

    /// What was found.
    pub fn findings(self) -> Vec<Finding> {
        self.findings
    }
}
