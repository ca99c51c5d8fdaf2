//! Whatever is written is read again as the same, and nothing makes the reader panic.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{echo, encode, every_type};

fn exact_or_text(value: i128) -> Value {
    if value.unsigned_abs() < 1 << 53 {
        json!(i64::try_from(value).unwrap())
    } else {
        json!(value.to_string())
    }
}

fn rule() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("now")),
        (any::<u8>(), any::<Option<u8>>())
            .prop_map(|(hour, minute)| json!({ "daily": { "hour": hour, "minute": minute } })),
        ".*".prop_map(|text| json!({ "note": text })),
        any::<Option<String>>().prop_map(|text| json!({ "blank": { "text": text } })),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf =
        any::<i128>().prop_map(|value| json!({ "value": exact_or_text(value), "children": [] }));
    leaf.prop_recursive(6, 30, 4, |inner| {
        (any::<i64>(), prop::collection::vec(inner, 0..4)).prop_map(|(value, children)| {
            json!({ "value": exact_or_text(i128::from(value)), "children": children })
        })
    })
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("(now|daily|hour|value|children|0|x)", inner, 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

const FIELDS: [&str; 14] = [
    "color",
    "rules",
    "run_at",
    "timeout_seconds",
    "task_id",
    "count",
    "signed",
    "big",
    "small",
    "ratio",
    "bytes",
    "owner",
    "pair",
    "tree",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn should_keep_every_value(
        rules in prop::collection::vec(rule(), 0..4),
        tree in prop::option::of(tree()),
        count in any::<u64>(),
        signed in any::<i64>(),
        instant in any::<u64>(),
        bytes in prop::collection::vec(any::<u8>(), 0..40),
        ratio in prop::num::f64::NORMAL,
        word in any::<String>(),
    ) {
        use base64::Engine;
        let bytes = base64::engine::general_purpose::STANDARD.encode(bytes);
        let instant = crate::candid_json::convention::write_instant(instant);
        let given = json!({
            "rules": rules,
            "tree": tree,
            "count": exact_or_text(i128::from(count)),
            "signed": exact_or_text(i128::from(signed)),
            "task_id": count.to_string(),
            "run_at": instant,
            "bytes": bytes,
            "ratio": ratio,
            "word": word,
        });
        let answer = echo(&every_type(), given.clone());
        for (name, value) in given.as_object().unwrap() {
            prop_assert_eq!(&answer[name], value, "{}", name);
        }
    }

    #[test]
    fn should_refuse_or_take_anything_without_panic(
        index in 0..FIELDS.len(),
        json in any_json(),
    ) {
        let name = FIELDS[index];
        let request = if name == "rules" {
            json!({ "rules": json })
        } else {
            json!({ "rules": [], name: json })
        };
        if let Err(error) = encode(&every_type(), "echo", request) {
            prop_assert!(error.field().unwrap().starts_with(name));
        }
    }
}
