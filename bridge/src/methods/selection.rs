//! Which of the tools a server offers.
//!
//! Sets add up, single tools are added to them, and `read_only` takes away from all of it.

use crate::candid_json::advice;
use crate::error::{Error, Kind, Result};

/// Which of the tools a server offers, as its user asked for.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Names of sets; none is the default set, unless single tools are named.
    pub toolsets: Vec<String>,
    /// Names of single tools: alone, only these; beside sets, these too.
    pub tools: Vec<String>,
    /// Only tools that change nothing.
    pub read_only: bool,
}

/// A set of the scheduler's tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Set {
    Tasks,
    Schedules,
    Executions,
    Stats,
    Alerts,
    Actions,
    Codices,
    Backups,
    Users,
    Workers,
    Secrets,
    Config,
}

const ALL: &str = "all";
const DEFAULT: &str = "default";

impl Set {
    const EVERY: [Self; 12] = [
        Self::Tasks,
        Self::Schedules,
        Self::Executions,
        Self::Stats,
        Self::Alerts,
        Self::Actions,
        Self::Codices,
        Self::Backups,
        Self::Users,
        Self::Workers,
        Self::Secrets,
        Self::Config,
    ];

    /// What most people need: their own tasks, when they run, and what became of them.
    const DEFAULT: [Self; 5] = [
        Self::Tasks,
        Self::Schedules,
        Self::Executions,
        Self::Stats,
        Self::Alerts,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Tasks => "tasks",
            Self::Schedules => "schedules",
            Self::Executions => "executions",
            Self::Stats => "stats",
            Self::Alerts => "alerts",
            Self::Actions => "actions",
            Self::Codices => "codices",
            Self::Backups => "backups",
            Self::Users => "users",
            Self::Workers => "workers",
            Self::Secrets => "secrets",
            Self::Config => "config",
        }
    }
}

/// A tool as far as a selection looks at it.
pub(super) struct Candidate<'tool> {
    pub(super) name: &'tool str,
    /// `None`: a method that belongs to no set.
    pub(super) set: Option<Set>,
    pub(super) read_only: bool,
}

impl Selection {
    /// Every tool there is.
    #[must_use]
    pub fn all() -> Self {
        Self {
            toolsets: vec![ALL.to_string()],
            ..Self::default()
        }
    }

    /// The names of the sets that a scheduler's tools are in, and of those that stand for several.
    #[must_use]
    pub fn set_names() -> Vec<&'static str> {
        let sets = Set::EVERY.iter().map(|set| set.name());
        sets.chain([ALL, DEFAULT]).collect()
    }

    /// Whether each of the candidates is selected.
    ///
    /// # Errors
    /// `Usage` if a set or a tool does not exist, or nothing is left.
    pub(super) fn choose(&self, candidates: &[Candidate<'_>]) -> Result<Vec<bool>> {
        let has_sets = candidates.iter().any(|candidate| candidate.set.is_some());
        let sets = self.sets(has_sets)?;
        for name in &self.tools {
            check_tool(name, candidates)?;
        }
        let chosen: Vec<_> = candidates
            .iter()
            .map(|candidate| {
                let in_set = match (&sets, candidate.set) {
                    (None, _) => true,
                    (Some(sets), Some(set)) => sets.contains(&set),
                    (Some(_), None) => false,
                };
                let named = self.tools.iter().any(|name| name == candidate.name);
                (in_set || named) && (candidate.read_only || !self.read_only)
            })
            .collect();
        if candidates.is_empty() || chosen.contains(&true) {
            return Ok(chosen);
        }
        Err(Error::new(
            Kind::Usage,
            "no tool is left: those that were asked for change something, and --read-only takes \
             them away",
            "leave --read-only out, or name tools that only read",
        ))
    }

    /// The sets that were asked for; `None` is all there is.
    fn sets(&self, has_sets: bool) -> Result<Option<Vec<Set>>> {
        let mut sets = Vec::new();
        if self.toolsets.is_empty() && self.tools.is_empty() {
            return Ok(has_sets.then(|| Set::DEFAULT.to_vec()));
        }
        let mut all = false;
        for name in &self.toolsets {
            match name.as_str() {
                ALL => all = true,
                DEFAULT if has_sets => sets.extend(Set::DEFAULT),
                DEFAULT => all = true,
                name => sets.push(set_named(name, has_sets)?),
            }
        }
        Ok((!all).then_some(sets))
    }
}

fn set_named(name: &str, has_sets: bool) -> Result<Set> {
    let found = Set::EVERY.into_iter().find(|set| set.name() == name);
    match found {
        Some(set) if has_sets => Ok(set),
        Some(_) => Err(Error::new(
            Kind::Usage,
            format!("--toolsets {name}: the tools of this canister are not in sets"),
            "use --toolsets all, or name single tools with --tools",
        )),
        None => {
            let names = Selection::set_names();
            Err(unknown("--toolsets", "set of tools", name, &names))
        }
    }
}

fn check_tool(name: &str, candidates: &[Candidate<'_>]) -> Result<()> {
    let names: Vec<_> = candidates.iter().map(|candidate| candidate.name).collect();
    if names.contains(&name) {
        return Ok(());
    }
    Err(unknown("--tools", "tool", name, &names))
}

fn unknown(option: &str, what: &str, given: &str, names: &[&str]) -> Error {
    Error::new(
        Kind::Usage,
        format!("{option} {given}: there is no such {what}"),
        advice(given, names),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOOLS: [Candidate<'_>; 4] = [
        candidate("create_task", Some(Set::Tasks), false),
        candidate("get_task", Some(Set::Tasks), true),
        candidate("list_users", Some(Set::Users), true),
        candidate("put_user", Some(Set::Users), false),
    ];

    const fn candidate(name: &str, set: Option<Set>, read_only: bool) -> Candidate<'_> {
        Candidate {
            name,
            set,
            read_only,
        }
    }

    fn chosen(sets: &[&str], tools: &[&str], read_only: bool) -> Result<Vec<&'static str>> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_string()).collect();
        let selection = Selection {
            toolsets: owned(sets),
            tools: owned(tools),
            read_only,
        };
        let chosen = selection.choose(&TOOLS)?;
        let pairs = TOOLS.iter().zip(chosen);
        Ok(pairs
            .filter(|(_, chosen)| *chosen)
            .map(|(tool, _)| tool.name)
            .collect())
    }

    #[test]
    fn should_add_up_sets_and_tools_and_take_away_what_changes() {
        for (sets, tools, read_only, expected) in [
            (&[][..], &[][..], false, &["create_task", "get_task"][..]),
            (&[], &["put_user"], false, &["put_user"]),
            (
                &["default"],
                &["put_user"],
                false,
                &["create_task", "get_task", "put_user"],
            ),
            (&["users"], &[], false, &["list_users", "put_user"]),
            (
                &["all"],
                &[],
                false,
                &["create_task", "get_task", "list_users", "put_user"],
            ),
            (&["all"], &["put_user"], true, &["get_task", "list_users"]),
        ] {
            assert_eq!(chosen(sets, tools, read_only).unwrap(), expected);
        }
    }

    #[test]
    fn should_refuse_unknown_names_with_the_nearest() {
        for (sets, tools, fix) in [
            (&["user"][..], &[][..], "did you mean users?"),
            (&[], &["get_tasks"], "did you mean get_task?"),
        ] {
            let error = chosen(sets, tools, false).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage);
            assert_eq!(error.fix(), fix);
        }
        assert!(chosen(&["alerts"], &[], false).is_err(), "nothing is left");
        assert!(chosen(&[], &["put_user"], true).is_err());
    }

    #[test]
    fn should_offer_everything_where_there_are_no_sets() {
        let tools = [candidate("a", None, true), candidate("b", None, false)];
        let choose = |selection: Selection| selection.choose(&tools);
        assert_eq!(choose(Selection::default()).unwrap(), [true, true]);
        let read_only = Selection {
            read_only: true,
            ..Selection::default()
        };
        assert_eq!(choose(read_only).unwrap(), [true, false]);
        let named = Selection {
            tools: vec!["b".to_string()],
            ..Selection::default()
        };
        assert_eq!(choose(named).unwrap(), [false, true]);
        let set = Selection {
            toolsets: vec!["tasks".to_string()],
            ..Selection::default()
        };
        assert_eq!(choose(set).unwrap_err().kind(), Kind::Usage);
    }
}
