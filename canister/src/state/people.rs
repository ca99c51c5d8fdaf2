//! Users, the configuration, the figures of all owners together, the balances of cycles, and what is
//! known of messages that failed.

use std::ops::Bound::{Excluded, Unbounded};

use candid::Principal;
use chime_types::Config;

use super::State;
use super::records::{Balances, Care, ConfigRecord, Totals, UserRecord};

impl State {
    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config.get().0
    }

    /// Writes the configuration.
    pub fn set_config(&mut self, config: Config) {
        self.config.set(ConfigRecord(config));
    }

    /// A registered user.
    pub fn user(&self, principal: Principal) -> Option<UserRecord> {
        self.users.get(&principal)
    }

    /// Who has a name.
    pub fn user_by_name(&self, name: &str) -> Option<Principal> {
        self.user_names.get(&name.to_string())
    }

    /// Writes a user, new or changed.
    pub fn put_user(&mut self, principal: Principal, user: UserRecord) {
        if let Some(name) = user.name.clone() {
            self.user_names.insert(name, principal);
        }
        let old = self.users.insert(principal, user.clone());
        if let Some(name) = old.and_then(|old| old.name)
            && user.name.as_ref() != Some(&name)
        {
            self.user_names.remove(&name);
        }
    }

    /// Removes a user. True if there was one.
    pub fn remove_user(&mut self, principal: Principal) -> bool {
        let removed = self.users.remove(&principal);
        if let Some(name) = removed.as_ref().and_then(|user| user.name.clone()) {
            self.user_names.remove(&name);
        }
        removed.is_some()
    }

    /// Registered users after `cursor`, in the order of their principals.
    pub fn users_after(
        &self,
        cursor: Option<Principal>,
    ) -> impl Iterator<Item = (Principal, UserRecord)> {
        let from = cursor.map_or(Unbounded, Excluded);
        self.users
            .range((from, Unbounded))
            .map(|entry| (*entry.key(), entry.value()))
    }

    /// Registered users.
    pub fn users_len(&self) -> u64 {
        self.users.len()
    }

    /// The figures of all owners together.
    pub fn totals(&self) -> &Totals {
        self.totals.get()
    }

    /// Changes the figures of all owners together.
    pub fn change_totals(&mut self, change: impl FnOnce(&mut Totals)) {
        self.totals.change(change);
    }

    /// The balances of the last day.
    pub fn balances(&self) -> &Balances {
        self.balances.get()
    }

    /// Writes the balances of the last day.
    pub fn set_balances(&mut self, balances: Balances) {
        self.balances.set(balances);
    }

    /// What is known of messages that failed.
    pub fn care(&self) -> &Care {
        self.care.get()
    }

    /// Changes what is known of messages that failed.
    pub fn change_care<T>(&mut self, change: impl FnOnce(&mut Care) -> T) -> T {
        let mut care = self.care.get().clone();
        let answer = change(&mut care);
        self.care.set(care);
        // What is passed over may be another piece of work now.
        self.first_wake.set(None);
        answer
    }
}
