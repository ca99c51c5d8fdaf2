use super::*;

fn hexed(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

#[test]
fn should_hash_the_example_of_the_interface_specification() {
    // { request_type: "call", sender: 0x04, ingress_expiry: 1685570400000000000,
    //   canister_id: 0x00000000000004D2, method_name: "hello", arg: "DIDL\x00\xFD*" }
    let fields = [
        ("request_type", Value::Text("call".into())),
        ("sender", Value::Bytes(vec![4])),
        ("ingress_expiry", Value::Nat(1_685_570_400_000_000_000)),
        ("canister_id", Value::Bytes(hexed("00000000000004d2"))),
        ("method_name", Value::Text("hello".into())),
        ("arg", Value::Bytes(b"DIDL\x00\xfd*".to_vec())),
    ];
    let fields = Fields(fields.map(|(k, v)| (k.to_string(), v)).into());
    assert_eq!(
        hex::encode(*fields.hash()),
        "1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101"
    );
}

#[test]
fn should_read_a_tagged_map_and_drop_nulls() {
    let value = decode(&hexed("d9d9f7a2616101616276f6")[..9]);
    assert!(value.is_err());
    let fields = decode(&hexed("d9d9f7a26161016162f6")).unwrap().into_map();
    let expected = Fields([("a".to_string(), Value::Nat(1))].into());
    assert_eq!(fields.unwrap(), expected);
}

#[test]
fn should_refuse_what_is_no_request() {
    let deep = [[0x81].repeat(CBOR_DEPTH + 1), vec![0x01]].concat();
    let many = [vec![0x99, 0xff, 0xff], [0x01].repeat(0xffff)].concat();
    let cases: [(&str, Vec<u8>); 11] = [
        ("empty", vec![]),
        ("cut", hexed("a26161")),
        ("trailing bytes", hexed("a0a0")),
        ("null", hexed("f6")),
        ("null in an array", hexed("81f6")),
        ("negative", hexed("20")),
        ("boolean", hexed("f5")),
        ("key is a number", hexed("a10102")),
        ("the same key twice", hexed("a2616101616102")),
        ("too deep", deep),
        ("too many", many),
    ];
    for (name, bytes) in cases {
        assert!(decode(&bytes).is_err(), "{name}");
    }
}

#[test]
fn should_accept_what_is_just_within_the_limits() {
    let deep = [[0x81].repeat(CBOR_DEPTH), vec![0x01]].concat();
    assert!(decode(&deep).is_ok());
    let items = u16::try_from(CBOR_ITEMS - 1).unwrap().to_be_bytes();
    let many = [vec![0x99], items.to_vec(), [0x01].repeat(CBOR_ITEMS - 1)].concat();
    assert!(decode(&many).is_ok());
}
