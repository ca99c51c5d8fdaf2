"""BLS signatures for icp-py-core, which wants the module `blst` to verify certificates.

That module is not on the package index; `pyblst` is, over the same library. This gives its client
the four names that it looks for. It verifies signatures in G1 under keys in G2 and nothing else.
"""

from __future__ import annotations

import pyblst

BLST_SUCCESS = 0
BLST_VERIFY_FAIL = 5

# The generator of G2, compressed. IETF draft 'Pairing-Friendly Curves', section 4.2.1.
_GENERATOR = bytes.fromhex(
    "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049"
    "334cf11213945d57e5ac7d055d042b7e024aa2b2f08f0a91260805272dc51051"
    "c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
)


class P2_Affine:
    """A public key."""

    def __init__(self, compressed: bytes) -> None:
        self.point = pyblst.BlstP2Element.uncompress(compressed)


class P1_Affine:
    """A signature."""

    def __init__(self, compressed: bytes) -> None:
        self.point = pyblst.BlstP1Element.uncompress(compressed)

    def core_verify(self, key: P2_Affine, hashed: bool, message: bytes, tag: bytes, _: object) -> int:
        """Whether the signature of the message is of the key: e(signature, g) = e(H(message), key)."""
        assert hashed, "only messages that are hashed to the curve are supported"
        digest = pyblst.BlstP1Element.hash_to_group(message, tag)
        generator = pyblst.BlstP2Element.uncompress(_GENERATOR)
        given = pyblst.miller_loop(self.point, generator)
        expected = pyblst.miller_loop(digest, key.point)
        return BLST_SUCCESS if pyblst.final_verify(given, expected) else BLST_VERIFY_FAIL


class Pairing:
    """The slower way to the same answer, which is not needed."""

    def __init__(self, *_: object) -> None:
        raise NotImplementedError("core_verify has answered")
