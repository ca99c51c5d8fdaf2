//! The tools of a scheduler that cannot be reached, or of a program that is set up wrongly: each call is
//! answered with what is wrong. A client whose server ends shows its user no more than that.

use serde_json::Value;

use super::toolbox::{Object, Progress, Reply, Tool, Toolbox};
use super::{Selection, listing};
use crate::candid_json::Interface;
use crate::error::{Error, Result};
use crate::scheduler::SCHEDULER_INTERFACE;

/// Tools that do nothing.
pub struct Unserved {
    tools: Vec<Tool>,
    instructions: String,
    body: Value,
}

impl Unserved {
    /// The tools that there would be, which answer with `error`.
    ///
    /// # Errors
    /// None that users can bring about.
    pub fn new(error: &Error) -> Result<Self> {
        let interface = Interface::parse(SCHEDULER_INTERFACE)?.with_meaningful_names();
        let listing = listing::entries(&interface, true, &Selection::default())?;
        let (rule, fix) = (error.rule(), error.fix());
        Ok(Self {
            tools: listing
                .entries
                .into_iter()
                .map(|entry| entry.tool)
                .collect(),
            instructions: format!(
                "No tool works now: {rule}. {fix}. Tell the user; after that this server has to be \
                 started again."
            ),
            body: error.to_json(),
        })
    }
}

impl Toolbox for Unserved {
    fn tools(&self) -> &[Tool] {
        &self.tools
    }

    fn instructions(&self) -> &str {
        &self.instructions
    }

    async fn call(&self, name: &str, _arguments: &Object, _: &dyn Progress) -> Option<Reply> {
        self.tool(name)?;
        Some(Reply::Refused(self.body.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::methods::Silent;

    #[tokio::test]
    async fn should_answer_every_call_with_what_is_wrong() {
        let error = Error::new(
            Kind::Unreachable,
            "nothing answers at S",
            "start it with chime up",
        );
        let tools = Unserved::new(&error).unwrap();
        assert!(
            tools
                .instructions()
                .contains("nothing answers at S. start it with chime up.")
        );
        for tool in tools.tools() {
            let reply = tools
                .call(&tool.name, &Object::new(), &Silent)
                .await
                .unwrap();
            assert_eq!(reply, Reply::Refused(error.to_json()));
        }
        assert!(
            tools
                .call("make_coffee", &Object::new(), &Silent)
                .await
                .is_none()
        );
    }
}
