//! Pages as they are stored: compressed where that makes them shorter.
//!
//! Most pages of a canister are half empty, and a page with its key is just too large for one page
//! of the database. Compressed they take a third of the space on disk; and because a start keeps
//! them compressed until they are needed, also in memory, and of the time to start.
//!
//! A stored page of exactly [`PAGE_BYTES`] is the page itself, a shorter one is an LZ4 block. A
//! page of zeros is not stored at all.

use super::PAGE_BYTES;
use super::pages::Page;

/// A page as it is stored; `None` for one of zeros only.
pub(crate) fn pack(page: &[u8]) -> Option<Vec<u8>> {
    if page.iter().all(|byte| *byte == 0) {
        return None;
    }
    let packed = lz4_flex::block::compress(page);
    Some(match packed.len() < PAGE_BYTES {
        true => packed,
        false => page.to_vec(),
    })
}

/// The page that was stored; `None` if the bytes are nothing that [`pack`] makes.
pub(crate) fn unpack(stored: &[u8]) -> Option<Box<Page>> {
    let mut page = Box::new([0; PAGE_BYTES]);
    if stored.len() == PAGE_BYTES {
        page.copy_from_slice(stored);
        return Some(page);
    }
    let bytes = lz4_flex::block::decompress_into(stored, page.as_mut_slice()).ok()?;
    (bytes == PAGE_BYTES).then_some(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise() -> Page {
        let mut state = 1_u64;
        std::array::from_fn(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 56) as u8
        })
    }

    #[test]
    fn should_give_back_every_page() {
        let mut sparse = [0; PAGE_BYTES];
        sparse[100..110].fill(7);
        for (page, shorter) in [(sparse, true), ([255; PAGE_BYTES], true), (noise(), false)] {
            let packed = pack(&page).unwrap();
            assert_eq!(packed.len() < PAGE_BYTES, shorter);
            assert_eq!(unpack(&packed).as_deref(), Some(&page));
        }
        assert_eq!(pack(&[0; PAGE_BYTES]), None);
    }

    #[test]
    fn should_refuse_what_is_no_page() {
        let packed = pack(&[7; PAGE_BYTES]).unwrap();
        for bytes in [
            &packed[..packed.len() - 1],
            &[],
            &[0xff; 40],
            &[0; PAGE_BYTES + 1],
            &lz4_flex::block::compress(&[7; PAGE_BYTES + 1]),
            &lz4_flex::block::compress(&[7; PAGE_BYTES - 1]),
        ] {
            assert_eq!(unpack(bytes), None, "{} bytes", bytes.len());
        }
    }
}
