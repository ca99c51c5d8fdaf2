//! The names of fields and cases: as an interface has them, and as clients take them.
//!
//! A label is a name, or a number. The number of a name is its hash, and Candid itself knows labels
//! by their numbers alone, so a number stands for a name wherever one is given.

use candid::types::Label;
use candid_parser::syntax::TypeField;

/// Longest name of a property that every client takes.
const LONGEST_NAME: usize = 64;

/// The key of a field in the schema of a request. A name that clients do not take as the key of a
/// property goes by its number: one key that a client dislikes can cost it all tools.
pub(super) fn key(field: &TypeField) -> String {
    match &field.label {
        Label::Named(name) if is_common(name) && !is_number(name) => name.clone(),
        label => label.get_id().to_string(),
    }
}

/// The label as the interface has it: in answers, and where it is a value and no key. A name that
/// reads like the number of another field goes by its own number.
pub(super) fn written(field: &TypeField) -> String {
    match &field.label {
        Label::Named(name) if !is_number(name) => name.clone(),
        label => label.get_id().to_string(),
    }
}

/// Which of the fields a client means: by its name as it is written, or by its number.
pub(super) fn position(fields: &[TypeField], given: &str) -> Option<usize> {
    let has_name = |field: &TypeField| matches!(&field.label, Label::Named(name) if name == given);
    let by_number = given.parse().ok().and_then(|number: u32| {
        fields
            .iter()
            .position(|field| field.label.get_id() == number)
    });
    by_number.or_else(|| fields.iter().position(has_name))
}

/// Whether every client takes this name as the key of a property.
fn is_common(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

fn is_number(name: &str) -> bool {
    name.parse::<u32>().is_ok()
}

#[cfg(test)]
mod tests {
    use candid_parser::syntax::{IDLType, PrimType};

    use super::*;

    fn field(label: Label) -> TypeField {
        TypeField {
            label,
            typ: IDLType::PrimT(PrimType::Null),
            docs: Vec::new(),
        }
    }

    #[test]
    fn should_find_each_field_by_every_name_it_has() {
        let fields: Vec<_> = ["plain", "two words", "7", "", "z\u{fc}rich"]
            .map(|name| field(Label::Named(name.to_string())))
            .into_iter()
            .chain([field(Label::Id(7)), field(Label::Unnamed(8))])
            .collect();
        for (index, field) in fields.iter().enumerate() {
            for name in [key(field), written(field), field.label.get_id().to_string()] {
                assert_eq!(position(&fields, &name), Some(index), "{name}");
            }
        }
        assert_eq!(position(&fields, "other"), None);
        let names: Vec<_> = fields.iter().map(written).collect();
        let hash = candid::idl_hash("7").to_string();
        assert_eq!(
            names,
            ["plain", "two words", &hash, "", "z\u{fc}rich", "7", "8"]
        );
    }
}
