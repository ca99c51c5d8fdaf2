//! Candid from strangers, decoded under a quota.
//!
//! A few bytes of Candid can stand for billions of values that take no space, such as a vector of
//! `null`. A decoder that skips them one by one is busy for minutes.

use candid::CandidType;
use candid::de::DecoderConfig;
use serde::Deserialize;

/// What a decoder may spend on fields that it does not know, beyond a multiple of their size.
const SKIPPING_QUOTA: usize = 10_000;

/// Decodes one argument.
pub(crate) fn decode<T: CandidType + for<'de> Deserialize<'de>>(
    arg: &[u8],
) -> Result<T, candid::Error> {
    let mut config = DecoderConfig::new();
    config.set_skipping_quota(SKIPPING_QUOTA + 4 * arg.len());
    candid::utils::decode_one_with_config(arg, &config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(CandidType, Deserialize, Debug)]
    struct Wanted {
        number: u64,
    }

    #[test]
    fn should_give_up_on_values_without_end_and_skip_fields_that_it_does_not_know() {
        let mut fields = ["number", "other"];
        fields.sort_by_key(|name| candid::idl_hash(name));
        // A record of `number : nat64` and `other : vec null`, which has 2^32 - 1 of them or two.
        for (nulls, decodes) in [(vec![0xff, 0xff, 0xff, 0xff, 0x0f], false), (vec![2], true)] {
            let mut bytes = b"DIDL\x02\x6c\x02".to_vec();
            let mut values = Vec::new();
            for name in fields {
                leb128(&mut bytes, candid::idl_hash(name));
                match name {
                    "number" => {
                        bytes.push(0x78);
                        values.extend_from_slice(&7_u64.to_le_bytes());
                    }
                    _ => {
                        bytes.push(1);
                        values.extend_from_slice(&nulls);
                    }
                }
            }
            bytes.extend_from_slice(b"\x6d\x7f\x01\x00");
            bytes.extend_from_slice(&values);
            let decoded = decode::<Wanted>(&bytes);
            assert_eq!(
                decoded.ok().map(|wanted| wanted.number),
                decodes.then_some(7)
            );
        }
    }

    fn leb128(bytes: &mut Vec<u8>, mut number: u32) {
        while number > 0x7f {
            bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
    }
}
