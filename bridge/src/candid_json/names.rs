//! Names in place of hashes, in Candid's textual form.
//!
//! Candid's binary form has the hashes of labels alone, so whoever reads an answer without its
//! interface sees `variant { 3_456_837 = ... }` for `variant { Err = ... }`. A hash says which name
//! it was made from as soon as somebody names that.

use std::collections::HashMap;
use std::sync::LazyLock;

use candid::idl_hash;
use candid::types::Label;
use candid_parser::syntax::{IDLType, TypeField};
use chime_types::WELL_KNOWN_NAMES;

use super::symbols::{Sort, label, symbols};
use super::{Interface, Method};

/// Most names that are remembered.
const MAXIMUM_NAMES: usize = 50_000;

static HASHES: LazyLock<HashMap<u32, &str>> = LazyLock::new(|| {
    WELL_KNOWN_NAMES
        .iter()
        .map(|name| (idl_hash(name), *name))
        .collect()
});

/// The names that are known beyond those that everybody knows.
#[derive(Debug, Default)]
pub struct Names(HashMap<u32, String>);

impl Names {
    /// Learns every label of an interface.
    pub fn learn(&mut self, interface: &Interface) {
        let methods = interface.methods().iter();
        for typ in methods.flat_map(Method::types).chain(interface.defined()) {
            self.learn_type(typ);
        }
    }

    fn learn_type(&mut self, typ: &IDLType) {
        match typ {
            IDLType::OptT(inner) | IDLType::VecT(inner) => self.learn_type(inner),
            IDLType::RecordT(fields) | IDLType::VariantT(fields) => {
                for TypeField { label, typ, .. } in fields {
                    if let (Label::Named(name), true) = (label, self.0.len() < MAXIMUM_NAMES) {
                        self.0.insert(idl_hash(name), name.clone());
                    }
                    self.learn_type(typ);
                }
            }
            IDLType::PrimT(_)
            | IDLType::PrincipalT
            | IDLType::VarT(_)
            | IDLType::FuncT(_)
            | IDLType::ServT(_)
            | IDLType::ClassT(..) => {}
        }
    }

    fn of(&self, hash: u32) -> Option<&str> {
        let well_known = || HASHES.get(&hash).copied();
        self.0.get(&hash).map(String::as_str).or_else(well_known)
    }

    /// A text in which Candid's textual form may stand, with names for the hashes that are known; none
    /// if nothing changes. And whether some are not known.
    #[must_use]
    pub fn put_into(&self, text: &str) -> (Option<String>, bool) {
        // Most texts have no label at all.
        if !text.contains('{') {
            return (None, false);
        }
        let parts: Vec<_> = symbols(text).collect();
        let (mut named, mut changed, mut unknown) =
            (String::with_capacity(text.len()), false, false);
        for (index, (sort, symbol)) in parts.iter().enumerate() {
            let hash = match sort {
                Sort::Number if is_label(&parts, index) => label(symbol),
                _ => None,
            };
            match hash.map(|hash| (hash, self.of(hash))) {
                Some((_, Some(name))) => {
                    named.push_str(&written(name));
                    changed = true;
                }
                // A small number is a place, and no hash.
                Some((hash, None)) => {
                    unknown |= hash > u32::from(u16::MAX);
                    named.push_str(symbol);
                }
                None => named.push_str(symbol),
            }
        }
        (changed.then_some(named), unknown)
    }
}

/// Whether the number at this place is a label: `=` follows it, or it is the case of a variant without
/// a payload.
fn is_label(parts: &[(Sort, &str)], index: usize) -> bool {
    let is_there = |(sort, _): &&(Sort, &str)| *sort != Sort::Gap;
    let mut after = parts[index + 1..].iter().filter(is_there);
    let mut before = parts[..index].iter().rev().filter(is_there);
    match after.next() {
        Some((_, "=")) => matches!(before.next(), Some((_, "{" | ";"))),
        Some((_, "}")) => {
            matches!(before.next(), Some((_, "{"))) && matches!(before.next(), Some((_, "variant")))
        }
        _ => false,
    }
}

/// A name as a label: in quotation marks unless it is a plain word.
fn written(name: &str) -> String {
    let mut letters = name.chars();
    let begins = letters
        .next()
        .is_some_and(|one| one.is_ascii_alphabetic() || one == '_');
    let is_plain = begins && letters.all(|one| one.is_ascii_alphanumeric() || one == '_');
    match is_plain && !is_keyword(name) {
        true => name.to_string(),
        false => format!("\"{}\"", name.escape_debug()),
    }
}

fn is_keyword(name: &str) -> bool {
    const KEYWORDS: [&str; 31] = [
        "import",
        "service",
        "func",
        "type",
        "opt",
        "vec",
        "record",
        "variant",
        "blob",
        "principal",
        "nat",
        "nat8",
        "nat16",
        "nat32",
        "nat64",
        "int",
        "int8",
        "int16",
        "int32",
        "int64",
        "float32",
        "float64",
        "bool",
        "text",
        "null",
        "reserved",
        "empty",
        "oneway",
        "query",
        "true",
        "false",
    ];
    KEYWORDS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: &str = "(\n  variant {\n    3_456_837 = variant {\n      4_206_284_395 = record { \
                           596_483_356 = 0 : nat }\n    }\n  },\n)";

    #[test]
    fn should_name_what_everybody_knows() {
        let names = Names::default();
        let ok = idl_hash("Ok");
        for (text, expected) in [
            (
                format!("(variant {{ {ok} = 5 : nat }})"),
                "(variant { Ok = 5 : nat })",
            ),
            (format!("(variant {{ {ok} }})"), "(variant { Ok })"),
            (
                "so: (record { 25_979 = 1; a = 2 })".to_string(),
                "so: (record { to = 1; a = 2 })",
            ),
            (
                format!("(record {{ {} = 1 }})", idl_hash("text")),
                "(record { \"text\" = 1 })",
            ),
        ] {
            assert_eq!(
                names.put_into(&text),
                (Some(expected.to_string()), false),
                "{text}"
            );
        }
        let (named, unknown) = names.put_into(REFUSED);
        let named = named.unwrap();
        assert!(
            named.contains("Err = variant") && named.contains("= record { "),
            "{named}"
        );
        assert!(!unknown, "{named}");
        // Values, places, and what is no label.
        for text in [
            format!("(record {{ 5 : nat; {ok} : nat }})"),
            format!("(vec {{ {ok} }})"),
            format!("({ok} : nat)"),
            format!("(\"{{ {ok} = x }}\")"),
            format!("it said {ok} = x"),
            "(record { 0 = 1; 1 = 2 })".to_string(),
        ] {
            assert_eq!(names.put_into(&text), (None, false), "{text}");
        }
    }

    #[test]
    fn should_learn_the_names_of_an_interface_at_every_depth() {
        let interface = Interface::parse(
            "type A = opt record { Inner : vec variant { \"two words\"; deepest : A } };
             service : { ask : (record { Asked : nat }) -> (A); }",
        );
        let mut names = Names::default();
        names.learn(&interface.unwrap());
        for name in ["Inner", "two words", "deepest", "Asked"] {
            let text = format!("(record {{ {} = 1 : nat }})", idl_hash(name));
            let (named, unknown) = names.put_into(&text);
            assert!(named.unwrap().contains(name) && !unknown);
        }
        let text = format!("(variant {{ {} }})", idl_hash("two words"));
        assert_eq!(
            names.put_into(&text).0.unwrap(),
            "(variant { \"two words\" })"
        );
        assert!(
            names.put_into("(record { 3_000_000_000 = 1 })").1,
            "unknown"
        );
    }

    #[test]
    fn should_name_the_rest_of_a_text_that_is_cut_off() {
        let names = Names::default();
        let cut = &REFUSED[..60];
        assert!(names.put_into(cut).0.unwrap().contains("Err"));
    }

    #[test]
    fn should_have_each_name_once() {
        assert_eq!(HASHES.len(), WELL_KNOWN_NAMES.len());
    }
}
