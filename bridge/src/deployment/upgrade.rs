//! Installing and upgrading, step by step.
//!
//! The order keeps the way back open: the old code is kept in a snapshot before it is replaced, and the
//! snapshot is deleted only when the new code has been seen to work. Whatever fails in between, the
//! canister is started again with the old code.

use candid::Principal;
use ic_agent::Agent;
use ic_management_canister_types::{CanisterInstallMode, SnapshotId};

use super::journal::Upgrade;
use super::{Code, Deployable, Journal};
use crate::error::{Error, Kind, Result};
use crate::network::Progress;
use crate::network::management::{MAXIMUM_WHOLE_MODULE_BYTES, Management};
use crate::scheduler::agent_error;

/// One canister and what is to be put into it.
pub(super) struct Work<'a> {
    pub agent: &'a Agent,
    pub deployable: Deployable,
    pub canister_id: Principal,
    pub code: &'a Code,
    pub journal: &'a Journal,
    pub progress: Progress<'a>,
}

impl Work<'_> {
    fn management(&self) -> Management<'_> {
        Management::new(self.agent)
    }

    fn say(&self, what: &str) {
        (self.progress)(&format!("{what} {}", self.canister_id));
    }

    /// Installs the code in an empty canister.
    pub(super) async fn install(&self) -> Result<()> {
        self.upload().await?;
        self.say("installing the code in");
        let mode = CanisterInstallMode::Install;
        self.management()
            .install(self.canister_id, mode, &self.code.bytes)
            .await?;
        self.finish().await
    }

    /// Replaces the code, or leaves the old one running.
    pub(super) async fn upgrade(&self) -> Result<()> {
        self.upload().await?;
        self.say("stopping");
        if let Err(error) = self.management().stop(self.canister_id).await {
            return Err(self.start_again(error).await);
        }
        if let Err(error) = self.take_snapshot().await {
            return Err(self.start_again(error).await);
        }
        self.say("upgrading");
        let mode = CanisterInstallMode::Upgrade(None);
        let installed = self
            .management()
            .install(self.canister_id, mode, &self.code.bytes)
            .await;
        if let Err(error) = installed
            && !self.is_installed().await?
        {
            // An upgrade that fails changes nothing: the old code is still there.
            let error = self.start_again(error).await;
            self.tidy_up().await?;
            return Err(error);
        }
        self.finish().await
    }

    /// Starts what is installed, looks whether it works, and forgets the way back.
    pub(super) async fn finish(&self) -> Result<()> {
        self.say("starting");
        self.management().start(self.canister_id).await?;
        self.say("checking");
        let health = self.deployable.health;
        let checked = health.check(self.agent, self.canister_id).await;
        let Err(error) = checked else {
            return self.tidy_up().await;
        };
        let begun = self.journal.upgrade(self.canister_id).read()?;
        match begun {
            Some(begun) if says_the_code_is_bad(&error) && begun.new_hash == self.new_hash() => {
                Err(self.roll_back(error).await)
            }
            _ => Err(error),
        }
    }

    /// Uploads a module that is too large for one message, while the old code runs.
    async fn upload(&self) -> Result<()> {
        if self.code.bytes.len() <= MAXIMUM_WHOLE_MODULE_BYTES {
            return Ok(());
        }
        self.say("uploading the code to");
        self.management()
            .upload(self.canister_id, &self.code.bytes)
            .await
            .map(|_| ())
    }

    /// Keeps the old code and its memory, in the place of what an earlier attempt kept.
    async fn take_snapshot(&self) -> Result<()> {
        self.say("taking a snapshot of");
        let replaced = self.own_snapshot().await?;
        let management = self.management();
        let mut before = management.snapshots(self.canister_id).await?;
        before.retain(|present| Some(present) != replaced.as_ref());
        self.journal.upgrade(self.canister_id).write(&Upgrade {
            before: before.iter().map(hex::encode).collect(),
            new_hash: self.new_hash(),
        })?;
        management
            .take_snapshot(self.canister_id, replaced)
            .await
            .map(|_| ())
    }

    /// The snapshot that an upgrade has taken, if one is under way.
    async fn own_snapshot(&self) -> Result<Option<SnapshotId>> {
        let Some(begun) = self.journal.upgrade(self.canister_id).read()? else {
            return Ok(None);
        };
        let mut present = self.management().snapshots(self.canister_id).await?;
        present.retain(|snapshot| !begun.before.contains(&hex::encode(snapshot)));
        match present.len() {
            0 | 1 => Ok(present.pop()),
            count => Err(Error::new(
                Kind::Conflict,
                format!(
                    "{count} snapshots of {} were taken during the upgrade, and one is expected",
                    self.canister_id
                ),
                "delete those that are not needed with `icp canister snapshot delete`, and run the \
                 command again",
            )),
        }
    }

    fn new_hash(&self) -> String {
        hex::encode(self.code.hash())
    }

    /// Whether the new code is there, which an answer that got lost would have said.
    async fn is_installed(&self) -> Result<bool> {
        let status = self
            .management()
            .status(self.canister_id)
            .await
            .map_err(|error| agent_error(error, "look whether the upgrade was done"))?;
        Ok(status.module_hash.as_deref() == Some(&self.code.hash()))
    }

    /// Starts the old code after a failure; the failure, and what became of the start.
    async fn start_again(&self, error: Error) -> Error {
        self.say("starting the old code again in");
        match self.management().start(self.canister_id).await {
            Ok(()) => told(
                &error,
                "the upgrade was not done, and the old code runs again",
            ),
            Err(second) => told(
                &error,
                &format!("the upgrade was not done, and the canister is stopped: {second}"),
            ),
        }
    }

    /// Puts the old code and its memory back.
    async fn roll_back(&self, error: Error) -> Error {
        self.say("rolling back");
        let restored = async {
            let management = self.management();
            let snapshot = self.own_snapshot().await?.ok_or_else(|| {
                Error::new(
                    Kind::NotFound,
                    "the snapshot of the old code is gone",
                    "restore a backup",
                )
            })?;
            management.stop(self.canister_id).await?;
            management.load_snapshot(self.canister_id, snapshot).await?;
            management.start(self.canister_id).await?;
            let health = self.deployable.health;
            health.check(self.agent, self.canister_id).await?;
            self.tidy_up().await
        };
        match restored.await {
            Ok(()) => told(
                &error,
                "the new code does not work; the old code runs again, as it was",
            ),
            Err(second) => told(
                &error,
                &format!(
                    "the new code does not work, and the old code could not be put back ({}); its \
                     snapshot is kept",
                    second.explanation()
                ),
            ),
        }
    }

    /// Removes the snapshot, what was uploaded, and the note.
    async fn tidy_up(&self) -> Result<()> {
        let management = self.management();
        if let Some(snapshot) = self.own_snapshot().await? {
            management
                .delete_snapshot(self.canister_id, snapshot)
                .await?;
        }
        management.clear_chunks(self.canister_id).await?;
        self.journal.upgrade(self.canister_id).remove()
    }
}

/// Whether a check failed because of the code, and not because the network could not be asked.
fn says_the_code_is_bad(error: &Error) -> bool {
    !matches!(
        error.kind(),
        Kind::Unreachable | Kind::OutcomeUnknown | Kind::Untrusted | Kind::Identity
    )
}

/// The same error with what became of the canister in front.
fn told(error: &Error, state: &str) -> Error {
    Error::new(
        error.kind(),
        format!("{state}: {}", error.explanation()),
        error.fix(),
    )
}
