//! Schemas of interfaces that strangers wrote: whatever contains itself, and whatever multiplies.

use proptest::prelude::*;
use serde_json::Value;

use crate::candid_json::{Interface, Method, Shapes};

/// Deepest nesting of a schema in JSON: clients read such texts by recursion.
pub(crate) const DEEPEST: usize = 100;
/// Largest schema in bytes.
pub(crate) const LARGEST: usize = 64 * 1024;
/// Largest schema of one small type that contains itself.
const LARGEST_RECURSIVE: usize = 1_000;

pub(crate) fn depth(value: &Value) -> usize {
    let inner = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(members) => members.values().map(depth).max(),
        _ => return 0,
    };
    1 + inner.unwrap_or(0)
}

/// Every schema that is made of a method.
fn schemas(interface: &Interface, method: &Method) -> Vec<Value> {
    let mut schemas = vec![interface.output_schema(method)];
    schemas.extend(interface.input_schema(method));
    schemas.extend(interface.brief_input_schema(method, &method.name, &mut Shapes::default()));
    schemas.into_iter().map(Value::Object).collect()
}

fn parse(did: &str) -> Interface {
    Interface::parse(did).unwrap_or_else(|error| panic!("{did}: {}", error.explanation()))
}

#[test]
fn should_end_recursion_of_every_form_at_its_name() {
    for types in [
        "type T = opt record { head : nat; tail : T };",
        "type T = opt record { nat; T };",
        "type T = opt T;",
        "type T = opt opt T;",
        "type T = vec T;",
        "type T = opt vec T;",
        "type T = vec opt T;",
        "type T = record { next : opt T };",
        "type T = record { next : vec T; other : opt T };",
        "type T = variant { end; next : T };",
        "type T = variant { end; next : record { nat; T } };",
        "type T = opt variant { end; next : T; both : record { T; T } };",
        "type T = func (T) -> (T);",
        "type T = service { f : (T) -> (T) };",
        "type T = opt U; type U = record { a : T; b : V }; type V = opt variant { t : T; u : vec U };",
        "type T = opt record { again : U }; type U = T;",
        "type U = opt record { again : T }; type T = U;",
    ] {
        for argument in [
            "T",
            "opt T",
            "vec T",
            "record { a : T; b : opt T }",
            "T, x : opt T",
        ] {
            let interface = parse(&format!("{types} service : {{ f : ({argument}) -> (T) }}"));
            for schema in schemas(&interface, interface.method("f").unwrap()) {
                let text = schema.to_string();
                assert!(text.len() < LARGEST_RECURSIVE, "{types} {argument}: {text}");
            }
        }
    }
}

#[test]
fn should_bound_what_is_wide_deep_or_talkative() {
    let wide: String = (0..5_000)
        .map(|index| format!("f{index} : text; "))
        .collect();
    let cases: String = (0..5_000).map(|index| format!("case{index}; ")).collect();
    let deep = "opt record { a : vec ".repeat(40) + "nat" + &"}".repeat(40);
    let words = "word ".repeat(30_000);
    let arguments = vec!["text"; 5_000].join(", ");
    for did in [
        format!("service : {{ f : (record {{ {wide} }}) -> (record {{ {wide} }}) }}"),
        format!("service : {{ f : (variant {{ {cases} }}) -> (variant {{ {cases} }}) }}"),
        format!("service : {{ f : ({deep}) -> ({deep}) }}"),
        format!("service : {{ f : ({arguments}) -> (text) }}"),
        format!("service : {{ f : (record {{\n// {words}\na : text }}) -> (text) }}"),
        format!("// {words}\ntype T = record {{ a : text }};\nservice : {{ f : (opt T) -> (T) }}"),
        format!(
            "service : {{ f : (record {{ \"{words}\" : text }}) -> (variant {{ \"{words}\" }}) }}"
        ),
    ] {
        let interface = parse(&did);
        for schema in schemas(&interface, interface.method("f").unwrap()) {
            let start: String = did.chars().take(60).collect();
            assert!(depth(&schema) <= DEEPEST, "{start}: {}", depth(&schema));
            let bytes = schema.to_string().len();
            assert!(bytes <= LARGEST, "{start}: {bytes}");
        }
    }
}

/// A type made of others by their names, in any constructor.
fn any_type(names: usize) -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "nat",
            "nat64",
            "int8",
            "text",
            "bool",
            "blob",
            "principal",
            "null",
            "reserved",
        ])
        .prop_map(String::from),
        (0..names).prop_map(|index| format!("T{index}")),
    ];
    let label = prop::sample::select(vec![
        "a",
        "\"weird name-!\"",
        "\"\"",
        "\"7\"",
        "\"$ref\"",
        "\"type\"",
        "12",
        "created_at",
    ]);
    leaf.prop_recursive(5, 24, 4, move |inner| {
        let fields = prop::collection::btree_map(label.clone(), inner.clone(), 0..4).boxed();
        let named = |fields: std::collections::BTreeMap<&str, String>| -> String {
            fields
                .into_iter()
                .map(|(label, typ)| format!("{label} : {typ}; "))
                .collect()
        };
        prop_oneof![
            inner.clone().prop_map(|typ| format!("opt {typ}")),
            inner.clone().prop_map(|typ| format!("vec {typ}")),
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|types| format!("record {{ {} }}", types.join("; "))),
            fields
                .clone()
                .prop_map(move |fields| format!("record {{ {} }}", named(fields))),
            fields.prop_map(move |fields| format!("variant {{ {} }}", named(fields))),
            (inner.clone(), inner.clone())
                .prop_map(|(takes, gives)| format!("func ({takes}) -> ({gives}) query")),
            inner.prop_map(|typ| format!("service {{ f : ({typ}) -> () }}")),
        ]
    })
}

/// Interfaces of a few types that use each other, and themselves.
pub(crate) fn any_interface() -> impl Strategy<Value = String> {
    let method = prop::sample::select(vec![
        "f",
        "delete",
        "\"two words\"",
        "\"\"",
        "\"$ref\"",
        "\"a_method_with_a_name_that_is_much_longer_than_any_client_takes_for_a_tool\"",
    ]);
    (1..5_usize, method).prop_flat_map(|(names, method)| {
        let types = prop::collection::vec(any_type(names), names);
        (types, any_type(names), any_type(names)).prop_map(move |(types, takes, gives)| {
            let definitions: String = types
                .iter()
                .enumerate()
                .map(|(index, typ)| format!("type T{index} = {typ};\n"))
                .collect();
            format!("{definitions}service : {{ {method} : ({takes}) -> ({gives}); g : (x : {gives}, {takes}) -> () }}")
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn should_bound_every_schema_of_any_interface(did in any_interface()) {
        // A name that leads to nothing but names is no type.
        let Ok(interface) = Interface::parse(&did) else { return Ok(()); };
        for method in interface.methods() {
            for schema in schemas(&interface, method) {
                prop_assert!(depth(&schema) <= DEEPEST, "{did}");
                prop_assert!(schema.to_string().len() <= LARGEST, "{did}");
                prop_assert!(jsonschema::draft202012::meta::is_valid(&schema), "{schema}");
                prop_assert!(jsonschema::draft202012::new(&schema).is_ok(), "{schema}");
            }
        }
    }
}
