import struct

pack, unpack = struct.pack, struct.unpack
out = [pack(f, *v).hex() for f, v in (("<i", [1]), (">i", [-2]), ("!H", [65535]), ("<q", [-(2 ** 40)]), (">Q", [2 ** 64 - 1]), ("<bB", [-128, 255]), (">f", [1.5]), ("<d", [-0.1]), (">e", [0.333]), ("<?", [5]), ("c", [b"x"]), ("<5s", [b"ab"]), ("<3s", [b"abcdef"]), ("<6p", [b"pas"]), ("<3x", []), ("<2h2x1i", [1, 2, 3]), ("=hi", [1, 2]), (">l", [7]), ("<0i", []))]
out += [unpack("<i", b"\x01\x00\x00\x80"), unpack(">hHb", b"\xff\xfe\xff\xfe\x80"), unpack("<f", b"\x00\x00\xc0\x7f")[0] != 0, unpack(">d", bytes.fromhex("3ff0000000000000")), [x.decode() for x in unpack("<2s3s", b"abcde")], unpack("<6p", b"\x03pas\x00\x00")[0].decode(), unpack("<??", b"\x00\x07"), unpack("<2x b", b"\x01\x02\x03")]
out += [struct.calcsize(f) for f in ("<bhiq", ">bhiq", "=ci", "<10s", "<3B2x", "")]
s = struct.Struct("<Hf")
buf = bytearray(16)
s.pack_into(buf, 3, 258, 0.5)
out += [buf.hex(), s.unpack_from(buf, 3), s.size, s.format, list(struct.iter_unpack("<H", b"\x01\x00\x02\x00")), list(s.iter_unpack(s.pack(1, 2) * 2)), list(map(round, s.unpack(memoryview(s.pack(9, 1e3)))))]


class Idx:
    def __index__(self): return 300


out.append(pack(">H", Idx()).hex())
header = pack(">4sHHI", b"CANI", 1, 2, 77)
magic, major, minor, size = unpack(">4sHHI", header)
out += [magic.decode(), [major, minor, size], repr(unpack("<f", pack("<f", 0.1))[0]), unpack(">e", pack(">e", 65504.0)), repr(unpack("<f", pack("<f", float("inf")))[0])]
for bad in (lambda: pack("<b", 128), lambda: pack("<B", -1), lambda: pack("<i", 1.5), lambda: pack("<i"), lambda: pack("<i", 1, 2), lambda: unpack("<i", b"abc"), lambda: pack("<z", 1), lambda: pack("<s", "str"), lambda: pack("<f", 1e40), lambda: pack("c", b"ab"), lambda: s.unpack_from(b"ab"), lambda: list(struct.iter_unpack("<H", b"abc")), lambda: pack("<f", "x"), lambda: struct.calcsize("5")):
    try:
        bad()
        out.append("ok")
    except Exception as e:
        out.append("struct.error" if isinstance(e, struct.error) else type(e).__name__)
result = out
