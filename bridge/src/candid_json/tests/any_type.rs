//! Interfaces that nobody has written: any type, any value of it, there and back.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::candid_json::{Answer, Interface, Shapes};

/// A type in the form of a `.did` text.
#[derive(Clone, Debug)]
enum Type {
    Nat8,
    Int64,
    Nat,
    Int,
    Text,
    Bool,
    Float,
    Principal,
    Blob,
    Null,
    Opt(Box<Self>),
    List(Box<Self>),
    Record(Vec<(String, Self)>),
    Tuple(Vec<Self>),
    Variant(Vec<(String, Self)>),
    /// A type within itself: a linked list.
    Linked(Box<Self>),
}

impl Type {
    /// The text of the type; types with names are added to `names`.
    fn text(&self, names: &mut Vec<String>) -> String {
        let mut fields = |fields: &[(String, Self)]| -> String {
            let fields = fields.iter();
            fields
                .map(|(name, typ)| format!("\"{name}\" : {}; ", typ.text(names)))
                .collect()
        };
        match self {
            Self::Nat8 => "nat8".into(),
            Self::Int64 => "int64".into(),
            Self::Nat => "nat".into(),
            Self::Int => "int".into(),
            Self::Text => "text".into(),
            Self::Bool => "bool".into(),
            Self::Float => "float64".into(),
            Self::Principal => "principal".into(),
            Self::Blob => "blob".into(),
            Self::Null => "null".into(),
            Self::Record(members) => format!("record {{ {} }}", fields(members)),
            Self::Variant(cases) => format!("variant {{ {} }}", fields(cases)),
            Self::Opt(inner) => format!("opt {}", inner.text(names)),
            Self::List(item) => format!("vec {}", item.text(names)),
            Self::Tuple(parts) => {
                let parts: String = parts
                    .iter()
                    .map(|part| format!("{}; ", part.text(names)))
                    .collect();
                format!("record {{ {parts} }}")
            }
            Self::Linked(item) => {
                let item = item.text(names);
                let name = format!("Linked{}", names.len());
                names.push(format!(
                    "type {name} = record {{ head : {item}; tail : opt {name} }};"
                ));
                name
            }
        }
    }

    /// Whether a list of it is written as something else than a list.
    const fn is_byte(&self) -> bool {
        matches!(self, Self::Nat8)
    }
}

/// Names that mean something to Candid, to JSON Schema or to the tools, or that clients refuse.
fn names() -> impl Strategy<Value = Vec<String>> {
    let name = prop_oneof![
        Just("type"),
        Just("record"),
        Just("dry_run"),
        Just("$ref"),
        Just("a b"),
        Just("id"),
        Just("created_at"),
        Just("z\u{fc}rich"),
        Just("a_name_that_is_much_longer_than_any_client_takes_as_a_key_of_a_schema"),
    ];
    prop::collection::btree_set(name.prop_map(String::from), 1..4)
        .prop_map(|names| names.into_iter().collect())
}

fn any_type() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        Just(Type::Nat8),
        Just(Type::Int64),
        Just(Type::Nat),
        Just(Type::Int),
        Just(Type::Text),
        Just(Type::Bool),
        Just(Type::Float),
        Just(Type::Principal),
        Just(Type::Blob),
        Just(Type::Null),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let named = (names(), prop::collection::vec(inner.clone(), 4))
            .prop_map(|(names, types)| names.into_iter().zip(types).collect::<Vec<_>>())
            .boxed();
        prop_oneof![
            inner.clone().prop_map(|typ| Type::Opt(Box::new(typ))),
            inner.clone().prop_map(|typ| match typ.is_byte() {
                true => Type::Blob,
                false => Type::List(Box::new(typ)),
            }),
            named.clone().prop_map(Type::Record),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Type::Tuple),
            named.prop_map(Type::Variant),
            inner.prop_map(|typ| Type::Linked(Box::new(typ))),
        ]
    })
}

/// The key of a field or case in the schema of a request.
fn key(name: &str) -> String {
    let is_common = name.len() <= 64
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match is_common {
        true => name.to_string(),
        false => candid::idl_hash(name).to_string(),
    }
}

fn number(value: i128) -> Value {
    match i64::try_from(value) {
        Ok(small) if small.unsigned_abs() < 1 << 53 => json!(small),
        _ => json!(value.to_string()),
    }
}

/// A value in the form in which it is written.
fn value_of(typ: &Type) -> BoxedStrategy<Value> {
    use base64::Engine;
    match typ {
        Type::Nat8 => any::<u8>().prop_map(Value::from).boxed(),
        Type::Int64 => any::<i64>().prop_map(|value| number(value.into())).boxed(),
        Type::Nat => any::<u64>().prop_map(|value| number(value.into())).boxed(),
        Type::Int => any::<i128>().prop_map(number).boxed(),
        Type::Text => any::<String>().prop_map(Value::from).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::Float => prop_oneof![
            prop::num::f64::NORMAL.prop_map(Value::from),
            Just(json!("NaN")),
            Just(json!("-Infinity")),
        ]
        .boxed(),
        Type::Principal => prop::collection::vec(any::<u8>(), 0..29)
            .prop_map(|bytes| json!(candid::Principal::from_slice(&bytes).to_text()))
            .boxed(),
        Type::Blob => prop::collection::vec(any::<u8>(), 0..20)
            .prop_map(|bytes| json!(base64::engine::general_purpose::STANDARD.encode(bytes)))
            .boxed(),
        Type::Null => Just(Value::Null).boxed(),
        Type::Opt(inner) => {
            let wraps = matches!(**inner, Type::Opt(_) | Type::Null);
            let given = value_of(inner).prop_map(move |value| match wraps {
                true => json!([value]),
                false => value,
            });
            prop_oneof![Just(Value::Null), given].boxed()
        }
        Type::List(item) => prop::collection::vec(value_of(item), 0..4)
            .prop_map(Value::from)
            .boxed(),
        Type::Record(fields) => object(
            fields
                .iter()
                .map(|(name, typ)| (name.clone(), value_of(typ)))
                .collect(),
        ),
        Type::Tuple(parts) => object(
            parts
                .iter()
                .enumerate()
                .map(|(index, part)| (index.to_string(), value_of(part)))
                .collect(),
        ),
        Type::Variant(cases) => {
            let cases: Vec<_> = cases
                .iter()
                .map(|(name, typ)| case(name.clone(), typ))
                .collect();
            prop::strategy::Union::new(cases).boxed()
        }
        Type::Linked(item) => prop::collection::vec(value_of(item), 1..5)
            .prop_map(|items| {
                let items = items.into_iter().rev();
                items.fold(
                    Value::Null,
                    |tail, head| json!({ "head": head, "tail": tail }),
                )
            })
            .boxed(),
    }
}

fn object(fields: Vec<(String, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let (names, values): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
    values
        .prop_map(move |values| Value::Object(names.iter().cloned().zip(values).collect()))
        .boxed()
}

fn case(name: String, typ: &Type) -> BoxedStrategy<Value> {
    if let Type::Null = typ {
        return Just(json!(name)).boxed();
    }
    object(vec![(name, value_of(typ))])
}

fn interface(typ: &Type) -> Interface {
    let mut names = Vec::new();
    let text = typ.text(&mut names);
    let did = format!(
        "{} service : {{ f : (record {{ value : {text}; beside : opt nat }}) -> \
         (record {{ value : {text}; beside : opt nat }}) }}",
        names.join(" ")
    );
    Interface::parse(&did).unwrap_or_else(|error| panic!("{did}: {}", error.explanation()))
}

/// Whether two values are the same but for the order of members and how a number is written.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, value)| right.get(name).is_some_and(|other| same(value, other)))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(left, right))
        }
        (left, right) => left == right,
    }
}

fn with_value() -> impl Strategy<Value = (Type, Value)> {
    any_type().prop_flat_map(|typ| {
        let value = value_of(&typ);
        (Just(typ), value)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn should_keep_any_value_of_any_type((typ, value) in with_value()) {
        let interface = interface(&typ);
        let method = interface.method("f").unwrap();
        let given = Map::from_iter([("value".to_string(), value.clone())]);
        let bytes = interface.encode_arguments(method, &given).unwrap();
        let Answer::Ok(answer) = interface.decode_answer(method, &bytes).unwrap() else {
            panic!("it is no refusal");
        };
        prop_assert!(same(&answer["value"], &value), "{} {value} {answer}", interface.arguments_text(method, &bytes).unwrap());
    }

    #[test]
    fn should_describe_any_type_as_it_is_taken((typ, value) in with_value()) {
        let interface = interface(&typ);
        let method = interface.method("f").unwrap();
        let brief = interface
            .brief_input_schema(method, "f", &mut Shapes::default())
            .unwrap();
        for schema in [interface.input_schema(method).unwrap(), brief] {
            let schema = Value::Object(schema);
            prop_assert!(!schema.to_string().contains("\"$ref\":"), "{schema}");
            let validator = jsonschema::validator_for(&schema).unwrap();
            let request = Type::Record(vec![("value".to_string(), typ.clone())]);
            let given = left_out(&json!({ "value": value }), &request);
            let errors: Vec<_> = validator.iter_errors(&given).map(|error| error.to_string()).collect();
            prop_assert!(errors.is_empty(), "{errors:?} {given} {schema}");
        }
    }

    #[test]
    fn should_make_an_example_of_any_type(typ in any_type()) {
        let interface = interface(&typ);
        let method = interface.method("f").unwrap();
        let example = interface.example(method).unwrap();
        let encoded = interface.encode_arguments(method, &example);
        prop_assert!(encoded.is_ok(), "{example:?}: {}", encoded.unwrap_err().explanation());
    }
}

/// The value without the fields that are absent, and by the keys of the schema: that is how a schema
/// wants it.
fn left_out(value: &Value, typ: &Type) -> Value {
    let fields = |fields: Vec<(String, &Type)>| {
        let kept = fields.into_iter().filter_map(|(name, typ)| {
            let member = left_out(value.get(&name)?, typ);
            let is_absent = member.is_null() && matches!(typ, Type::Opt(_) | Type::Null);
            (!is_absent).then_some((key(&name), member))
        });
        Value::Object(kept.collect())
    };
    match (typ, value) {
        (Type::Opt(inner), Value::Array(items)) if matches!(**inner, Type::Opt(_) | Type::Null) => {
            json!([left_out(&items[0], inner)])
        }
        (Type::Opt(inner), value) if !value.is_null() => left_out(value, inner),
        (Type::List(item), Value::Array(items)) => {
            items.iter().map(|value| left_out(value, item)).collect()
        }
        (Type::Record(members), _) => fields(
            members
                .iter()
                .map(|(name, typ)| (name.clone(), typ))
                .collect(),
        ),
        (Type::Variant(cases), Value::Object(_)) => {
            let cases = cases.iter().filter(|(name, _)| value.get(name).is_some());
            let Some((name, typ)) = cases.into_iter().next() else {
                return value.clone();
            };
            let payload = left_out(&value[name], typ);
            Value::Object(Map::from_iter([(key(name), payload)]))
        }
        (Type::Tuple(parts), _) => {
            let parts = parts.iter().enumerate();
            fields(parts.map(|(index, typ)| (index.to_string(), typ)).collect())
        }
        (Type::Linked(item), Value::Object(members)) => {
            let mut kept = Map::from_iter([("head".to_string(), left_out(&members["head"], item))]);
            if kept["head"].is_null() && matches!(**item, Type::Opt(_) | Type::Null) {
                kept.shift_remove("head");
            }
            if !members["tail"].is_null() {
                kept.insert("tail".to_string(), left_out(&members["tail"], typ));
            }
            Value::Object(kept)
        }
        _ => value.clone(),
    }
}
