//! The two keys of the replica: the subnet's BLS key, which signs certificates, and the node's
//! Ed25519 key, which signs answers to queries.
//!
//! They are made once per state directory. The subnet is a root subnet, so its public key is the
//! root key that clients verify with, and its id follows from it.

use candid::Principal;
use ic_ed25519::PrivateKey as NodeKey;
use ic_verify_bls_signature::PrivateKey as SubnetKey;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::store::{Store, StoreError};

/// What precedes the 96 bytes of a BLS12-381 key in DER. Interface specification, 'Certificate'.
const BLS_DER_PREFIX: [u8; 37] = *b"\x30\x81\x82\x30\x1d\x06\x0d\x2b\x06\x01\x04\x01\x82\xdc\x7c\
    \x05\x03\x01\x02\x01\x06\x0c\x2b\x06\x01\x04\x01\x82\xdc\x7c\x05\x03\x02\x01\x03\x61\x00";

const SUBNET_KEY: &str = "subnet-bls12-381";
const NODE_KEY: &str = "node-ed25519";

/// The keys and the ids that follow from them.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    subnet: SubnetKey,
    node: NodeKey,
    /// The subnet's public key in DER.
    pub(crate) root_key: Vec<u8>,
    /// The node's public key in DER.
    pub(super) node_key: Vec<u8>,
    /// The id of the subnet.
    pub(crate) subnet_id: Principal,
    /// The id of the node.
    pub(crate) node_id: Principal,
}

impl Keys {
    /// The keys of a state directory; new ones when it has none.
    pub(crate) fn of_store(store: &Store) -> Result<Self, StoreError> {
        let subnet = match store.key(SUBNET_KEY)? {
            Some(secret) => SubnetKey::deserialize(&secret)
                .map_err(|e| store.damaged(format!("the subnet key: {e:?}")))?,
            None => {
                let key = new_subnet_key();
                store.put_key(SUBNET_KEY, &key.serialize())?;
                key
            }
        };
        let node = match store.key(NODE_KEY)? {
            Some(secret) => NodeKey::deserialize_raw(&secret)
                .map_err(|e| store.damaged(format!("the node key: {e:?}")))?,
            None => {
                let key = NodeKey::generate();
                store.put_key(NODE_KEY, &key.serialize_raw())?;
                key
            }
        };
        Ok(Self::new(subnet, node))
    }

    /// New keys that are stored nowhere.
    pub(crate) fn generate() -> Self {
        Self::new(new_subnet_key(), NodeKey::generate())
    }

    fn new(subnet: SubnetKey, node: NodeKey) -> Self {
        let root_key = [&BLS_DER_PREFIX[..], &subnet.public_key().serialize()].concat();
        let node_key = node.public_key().serialize_rfc8410_der();
        Self {
            subnet_id: crate::subnet_id(&root_key),
            node_id: Principal::self_authenticating(&node_key),
            subnet,
            node,
            root_key,
            node_key,
        }
    }

    /// Signs the root hash of a state tree for the subnet.
    pub(super) fn sign_state(&self, root_hash: &[u8; 32]) -> Vec<u8> {
        let message = [b"\x0Dic-state-root".as_slice(), root_hash].concat();
        self.subnet.sign(&message).serialize().to_vec()
    }

    /// Signs the answer to a query for the node.
    pub(super) fn sign_answer(&self, signable: &[u8]) -> Vec<u8> {
        self.node.sign_message(signable).to_vec()
    }
}

/// The operating system's randomness, which the Ed25519 crate gives access to.
pub(crate) fn random_seed() -> [u8; 32] {
    NodeKey::generate().serialize_raw()
}

fn new_subnet_key() -> SubnetKey {
    SubnetKey::random(&mut ChaCha20Rng::from_seed(random_seed()))
}
