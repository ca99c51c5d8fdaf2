//! The guest's linear memory as system functions see it: every access is checked here, once.

use candid::Principal;

use super::Trap;

/// The linear memory during a system call.
pub(crate) struct Guest<'a> {
    bytes: &'a mut [u8],
}

impl<'a> Guest<'a> {
    pub(crate) fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes }
    }

    fn range(&self, start: u64, len: u64) -> Option<std::ops::Range<usize>> {
        let end = start.checked_add(len)?;
        (end <= self.bytes.len() as u64).then_some(start as usize..end as usize)
    }

    /// Bytes of the guest.
    pub(crate) fn read(&self, start: u64, len: u64) -> Result<&[u8], Trap> {
        let range = self.range(start, len);
        let range = range.ok_or_else(Trap::heap_out_of_bounds)?;
        Ok(&self.bytes[range])
    }

    /// Bytes of the guest, to write to.
    pub(crate) fn slice_mut(&mut self, start: u64, len: u64) -> Result<&mut [u8], Trap> {
        let range = self.range(start, len);
        let range = range.ok_or_else(Trap::heap_out_of_bounds)?;
        Ok(&mut self.bytes[range])
    }

    /// Copies `source[offset..offset + len]` to the guest.
    pub(crate) fn copy(
        &mut self,
        function: &str,
        source: &[u8],
        [destination, offset, len]: [u64; 3],
    ) -> Result<(), Trap> {
        let end = offset.checked_add(len);
        let part = end
            .filter(|end| *end <= source.len() as u64)
            .map(|end| &source[offset as usize..end as usize])
            .ok_or_else(|| {
                let text = format!("{offset} + {len} exceeds the {} bytes of it", source.len());
                Trap::contract(function, &text)
            })?;
        self.slice_mut(destination, len)?.copy_from_slice(part);
        Ok(())
    }

    /// Writes a 128-bit number, little-endian.
    pub(crate) fn write_u128(&mut self, destination: u64, value: u128) -> Result<(), Trap> {
        let bytes = value.to_le_bytes();
        self.slice_mut(destination, 16)?.copy_from_slice(&bytes);
        Ok(())
    }

    /// Reads a principal.
    pub(crate) fn principal(
        &self,
        function: &str,
        start: u64,
        len: u64,
    ) -> Result<Principal, Trap> {
        let bytes = self.read(start, len)?;
        Principal::try_from_slice(bytes)
            .map_err(|_| Trap::contract(function, "the bytes are not a principal"))
    }

    /// Reads UTF-8 text.
    pub(crate) fn text(&self, function: &str, start: u64, len: u64) -> Result<String, Trap> {
        let bytes = self.read(start, len)?.to_vec();
        String::from_utf8(bytes)
            .map_err(|_| Trap::contract(function, "the bytes are not valid UTF-8"))
    }
}
