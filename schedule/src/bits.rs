//! Sets of small numbers, one bit each.
//!
//! The fields of a cron expression are sets of at most 60 values; as bits they are searched in a
//! few instructions, which matters because every fire pays for it inside a canister.

/// A set of numbers from 0 to 63.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Bits(pub(crate) u64);

impl Bits {
    /// The set of one number.
    pub(crate) const fn one(value: u32) -> Self {
        Self(1 << value)
    }

    /// Every `step`th number from `first` to `last`, both included.
    pub(crate) fn stepped(first: u32, last: u32, step: u32) -> Self {
        let mut set = Self::default();
        let mut value = first;
        while value <= last {
            set.insert(value);
            value += step;
        }
        set
    }

    pub(crate) fn insert(&mut self, value: u32) {
        self.0 |= 1 << value;
    }

    pub(crate) const fn contains(self, value: u32) -> bool {
        self.0 >> value & 1 == 1
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) const fn len(self) -> u32 {
        self.0.count_ones()
    }

    pub(crate) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The smallest member, if there is one.
    pub(crate) fn first(self) -> Option<u32> {
        self.at_or_after(0)
    }

    /// The smallest member that is not below `from`.
    pub(crate) fn at_or_after(self, from: u32) -> Option<u32> {
        let rest = u64::MAX.checked_shl(from).unwrap_or(0) & self.0;
        (rest != 0).then(|| rest.trailing_zeros())
    }

    /// The largest member, if there is one.
    pub(crate) fn last(self) -> Option<u32> {
        self.0.checked_ilog2()
    }

    /// Whether it has three members or more, and none is missing between the first and the last.
    pub(crate) fn is_run(self) -> bool {
        let ends = self.first().zip(self.last());
        self.len() > 2 && ends.is_some_and(|(first, last)| last - first + 1 == self.len())
    }

    /// The members that `other` lacks.
    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The members that are not below `minimum`, which is at most 63.
    pub(crate) const fn from(self, minimum: u32) -> Self {
        Self(self.0 >> minimum << minimum)
    }

    /// The members in ascending order.
    pub(crate) fn iter(self) -> impl Iterator<Item = u32> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let value = (rest != 0).then(|| rest.trailing_zeros())?;
            rest &= rest - 1;
            Some(value)
        })
    }
}
