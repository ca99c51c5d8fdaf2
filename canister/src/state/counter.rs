//! Numbers that are stored and counted on: at their end they stay there, since a tick that stopped at
//! one would stop everything. What is wrong then is seen by the maintenance. Pure.

/// A number that is counted.
pub trait Counter: Sized {
    /// Raises it, up to its end.
    fn raise(&mut self, by: Self);
    /// Lowers it, down to zero.
    fn lower(&mut self, by: Self);
}

impl Counter for u32 {
    fn raise(&mut self, by: Self) {
        *self = self.saturating_add(by);
    }

    fn lower(&mut self, by: Self) {
        *self = self.saturating_sub(by);
    }
}

impl Counter for u64 {
    fn raise(&mut self, by: Self) {
        *self = self.saturating_add(by);
    }

    fn lower(&mut self, by: Self) {
        *self = self.saturating_sub(by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_stay_at_its_ends() {
        let mut small = u32::MAX - 1;
        small.raise(5);
        assert_eq!(small, u32::MAX);
        let mut large = 1_u64;
        large.lower(2);
        assert_eq!(large, 0);
        large.raise(u64::MAX);
        large.raise(1);
        assert_eq!(large, u64::MAX);
    }
}
