//! Which types have values that can be written down, and how deep the flattest of them lie.
//!
//! `empty` has none, nor has a record that needs another of its own kind. Whoever looks for an
//! example goes where the flattest one is, so that types within themselves come to an end.

use std::collections::BTreeMap;

use candid_parser::syntax::{IDLType, PrimType};

/// How deep the flattest value of each named type lies. A type without values is not there.
#[derive(Debug, Default)]
pub(super) struct Depths(BTreeMap<String, usize>);

impl Depths {
    /// The depths of types with names.
    pub(super) fn of<'typ>(
        types: impl Iterator<Item = (&'typ String, &'typ IDLType)> + Clone,
    ) -> Self {
        let mut depths = Self::default();
        // What is found in a round needs only what earlier rounds found.
        for round in 1.. {
            let found: Vec<_> = types
                .clone()
                .filter(|(name, typ)| !depths.0.contains_key(*name) && depths.depth(typ).is_some())
                .map(|(name, _)| (name.clone(), round))
                .collect();
            if found.is_empty() {
                break;
            }
            depths.0.extend(found);
        }
        depths
    }

    /// How deep the flattest value of a type lies; `None` if it has no value.
    pub(super) fn depth(&self, typ: &IDLType) -> Option<usize> {
        match typ {
            IDLType::PrimT(PrimType::Empty) => None,
            IDLType::VarT(name) => self.0.get(name).copied(),
            IDLType::RecordT(fields) => fields
                .iter()
                .map(|field| self.depth(&field.typ))
                .try_fold(0, |deepest: usize, depth| Some(deepest.max(depth?))),
            IDLType::VariantT(cases) => cases.iter().filter_map(|case| self.depth(&case.typ)).min(),
            // They may be absent or hold nothing.
            IDLType::OptT(_) | IDLType::VecT(_) => Some(0),
            IDLType::PrimT(_)
            | IDLType::PrincipalT
            | IDLType::FuncT(_)
            | IDLType::ServT(_)
            | IDLType::ClassT(..) => Some(0),
        }
    }
}
