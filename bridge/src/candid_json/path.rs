//! Where in a value something is, for errors: `schedules[0].rule.daily.hour`.

use std::fmt;

/// A place in a value. Each is on the stack of the function that looks there.
#[derive(Clone, Copy)]
pub(super) enum Path<'above> {
    /// The whole value.
    Root,
    /// A field of a record, or a case of a variant.
    Field(&'above Self, &'above str),
    /// An item of a vector.
    Item(&'above Self, usize),
}

impl<'above> Path<'above> {
    pub(super) const fn field(&'above self, name: &'above str) -> Self {
        Self::Field(self, name)
    }

    pub(super) const fn item(&'above self, index: usize) -> Self {
        Self::Item(self, index)
    }

    pub(super) const fn depth(&self) -> usize {
        let mut depth = 0;
        let mut place = self;
        while let Self::Field(above, _) | Self::Item(above, _) = place {
            depth += 1;
            place = above;
        }
        depth
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Field(Self::Root, name) => formatter.write_str(name),
            Self::Field(above, name) => write!(formatter, "{above}.{name}"),
            Self::Item(above, index) => write!(formatter, "{above}[{index}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_read_like_a_path() {
        let root = Path::Root;
        let schedules = root.field("schedules");
        let first = schedules.item(0);
        let rule = first.field("rule");
        assert_eq!(rule.to_string(), "schedules[0].rule");
        assert_eq!(rule.depth(), 3);
        assert_eq!(root.to_string(), "");
    }
}
