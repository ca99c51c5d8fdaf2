//! One tool for each method of an interface.

use std::sync::Arc;

use rmcp::model::{Tool, ToolAnnotations};

use crate::candid_json::{Interface, Method};

/// Longest name that every client takes.
const MAXIMUM_NAME_CHARACTERS: usize = 64;

/// What the verb at the beginning of a method's name tells about it. Methods with other verbs get
/// the cautious hints.
struct Verb {
    prefix: &'static str,
    destructive: bool,
    idempotent: bool,
}

const VERBS: [Verb; 6] = [
    verb("create_", false, false),
    verb("delete_", true, true),
    verb("pause_", false, true),
    verb("resume_", false, true),
    verb("run_", false, false),
    verb("update_", true, true),
];

const fn verb(prefix: &'static str, destructive: bool, idempotent: bool) -> Verb {
    Verb {
        prefix,
        destructive,
        idempotent,
    }
}

/// The tools of an interface, in the order of its methods. A method that no JSON can be given to,
/// or with a name that clients refuse, is left out with a warning in the log.
#[must_use]
pub fn tools(interface: &Interface) -> Vec<Tool> {
    interface
        .methods()
        .iter()
        .filter(|method| has_common_name(method))
        .filter_map(|method| match tool(interface, method) {
            Ok(tool) => Some(tool),
            Err(error) => {
                tracing::warn!(method = method.name, %error, "left out");
                None
            }
        })
        .collect()
}

fn has_common_name(method: &Method) -> bool {
    let name = &method.name;
    let is_common = (1..=MAXIMUM_NAME_CHARACTERS).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if !is_common {
        tracing::warn!(method = name, "left out: clients refuse the name");
    }
    is_common
}

fn tool(interface: &Interface, method: &Method) -> crate::error::Result<Tool> {
    let title = title(&method.name);
    let input = interface.input_schema(method)?;
    let output = interface.output_schema(method)?;
    Ok(Tool::new(method.name.clone(), description(method), input)
        .with_title(title.clone())
        .with_raw_output_schema(Arc::new(output))
        .with_annotations(annotations(method, title)))
}

/// `get_my_tasks` is 'Get my tasks'.
fn title(name: &str) -> String {
    let mut title = name.replace(['_', '-'], " ");
    if let Some(first) = title.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    title
}

fn description(method: &Method) -> String {
    if !method.documentation.is_empty() {
        return method.documentation.clone();
    }
    let verb = if method.is_query { "Asks" } else { "Calls" };
    format!("{verb} the canister's method {}.", method.name)
}

fn annotations(method: &Method, title: String) -> ToolAnnotations {
    let hints = ToolAnnotations::with_title(title).read_only(method.is_query);
    if method.is_query {
        return hints.destructive(false).idempotent(true).open_world(false);
    }
    let verb = VERBS
        .iter()
        .find(|verb| method.name.starts_with(verb.prefix));
    match verb {
        Some(verb) => hints
            .destructive(verb.destructive)
            .idempotent(verb.idempotent),
        None => hints.destructive(true).idempotent(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcp::SCHEDULER_INTERFACE;

    fn of(text: &str) -> Vec<Tool> {
        tools(&Interface::parse(text).unwrap())
    }

    #[test]
    fn should_show_the_scheduler_s_methods() {
        let tools = of(SCHEDULER_INTERFACE);
        insta::assert_json_snapshot!(tools);
    }

    #[test]
    fn should_title_describe_and_rate_every_tool() {
        let tools = of(SCHEDULER_INTERFACE);
        assert!(!tools.is_empty());
        for tool in tools {
            let name = tool.name.as_ref();
            assert!(!tool.title.unwrap().is_empty(), "{name}");
            assert!(!tool.description.unwrap().is_empty(), "{name}");
            let hints = tool.annotations.unwrap();
            assert!(hints.read_only_hint.is_some(), "{name}");
            assert!(hints.destructive_hint.is_some(), "{name}");
            assert!(hints.idempotent_hint.is_some(), "{name}");
        }
    }

    #[test]
    fn should_make_up_what_an_interface_leaves_out() {
        let tools = of("service : { ask_x : () -> (nat) query; drop_all : () -> () }");
        assert_eq!(tools[0].title.as_deref(), Some("Ask x"));
        assert_eq!(
            tools[0].description.as_deref(),
            Some("Asks the canister's method ask_x.")
        );
        let hints = tools[1].annotations.as_ref().unwrap();
        assert_eq!(hints.destructive_hint, Some(true));
        assert_eq!(hints.read_only_hint, Some(false));
    }

    #[test]
    fn should_leave_out_what_clients_cannot_call() {
        let tools =
            of("service : { \"a name\" : () -> (); hook : (func () -> ()) -> (); ok : () -> () }");
        let names: Vec<_> = tools.iter().map(|tool| tool.name.as_ref()).collect();
        assert_eq!(names, ["ok"]);
    }
}
