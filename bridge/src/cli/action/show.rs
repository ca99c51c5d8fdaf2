//! Registered actions.

use chime_types::{ActionDefinition, ActionPage, ActionResult, ListActionsResult};

use crate::cli::record::Record;
use crate::cli::record::list_json;
use crate::terminal::{Table, counted, one_line};
use crate::words::{action_text, word};

/// Most characters of a text in a table.
const MAXIMUM_TEXT: usize = 80;

/// Registered actions.
#[must_use]
pub fn actions(actions: Vec<ActionDefinition>) -> Record {
    let json = list_json("list_actions", "actions", &actions, |actions| {
        ListActionsResult::Ok(ActionPage {
            actions,
            next_cursor: None,
        })
    });
    Record::of(json, move |page| {
        if actions.is_empty() {
            return "No actions. `chime action define greet --note 'hello {{attributes.who}}'` makes one.".into();
        }
        let columns = ["NAME", "ENTITY", "FOR", "DOES", "DESCRIPTION", "DEFINED"];
        let mut table = Table::new(page, &columns).spare(&["DESCRIPTION", "DEFINED"]);
        for action in &actions {
            table.row([
                action.name.as_str().into(),
                action
                    .entity_name
                    .clone()
                    .unwrap_or_else(|| "any".into())
                    .into(),
                if action.shared { "all" } else { "me" }.into(),
                one_line(&action_text(&action.action), MAXIMUM_TEXT).into(),
                one_line(&action.description, MAXIMUM_TEXT).into(),
                page.clock.cell(action.updated_at),
            ]);
        }
        format!("{}\n\n{}", table.render(), counted(actions.len(), "action"))
    })
}

/// An action that was defined.
#[must_use]
pub fn defined_action(action: ActionDefinition) -> Record {
    Record::new(
        "define_action",
        &ActionResult::Ok(action.clone()),
        move |_| {
            let kind = word(&action.action);
            format!(
                "Action {} ({kind}) is defined. Steps run it with --named {}.",
                action.name, action.name
            )
        },
    )
}
