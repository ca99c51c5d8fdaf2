import binascii as b

data = [b"", b"\x00", b"abc", bytes(range(248, 256)), b"hello world, this is a longer line"]
out = [[b.hexlify(d).decode(), b.b2a_base64(d).decode(), b.b2a_base64(d, newline=False).decode(), b.b2a_uu(d).decode(), b.crc32(d), b.crc_hqx(d, 0)] for d in data]
out += [b.unhexlify("DEADbeef").hex(), b.a2b_hex(b"00ff").hex(), b.hexlify(b"abcdef", ":").decode(), b.hexlify(b"abcdef", "-", 4).decode(), b.hexlify(b"abcde", b"_", -2).decode(), b.b2a_hex(bytearray(b"\x01")).decode()]
out += [all(b.a2b_base64(b.b2a_base64(d)) == d and b.a2b_hex(b.hexlify(d)) == d and b.a2b_uu(b.b2a_uu(d)) == d for d in data)]
out += [b.a2b_base64("aGk=\n").decode(), b.a2b_base64(b"aG k!=").decode(), b.a2b_base64("").decode(), b.a2b_base64("aGk=", strict_mode=True).decode()]
out += [b.b2a_qp("naïve = x\ty \n".encode()).decode(), b.b2a_qp(b"a b", header=True).decode(), b.b2a_qp(b"tab\t", quotetabs=True).decode(), b.a2b_qp("=41=3D=\nB_c").decode(), b.a2b_qp("a_b", header=True).decode(), b.a2b_qp(b.b2a_qp(b"x" * 100)) == b"x" * 100]
out += [b.crc32(b"world", b.crc32(b"hello ")) == b.crc32(b"hello world"), "%08x" % b.crc32(b"check"), b.crc_hqx(b"123456789", 0xFFFF)]
for bad in (lambda: b.unhexlify("abc"), lambda: b.unhexlify("zz"), lambda: b.a2b_base64("abc"), lambda: b.a2b_base64("a"), lambda: b.a2b_base64("aGk=!", strict_mode=True), lambda: b.hexlify("str"), lambda: b.unhexlify("é"), lambda: b.b2a_uu(b"x" * 46), lambda: b.a2b_uu(b"!!!!\xff\xff"), lambda: b.crc32("s"), lambda: b.hexlify(b"ab", "::")):
    try:
        bad()
        out.append("ok")
    except b.Error as e:
        out.append("binascii.Error %s" % isinstance(e, ValueError))
    except (TypeError, ValueError) as e:
        out.append(type(e).__name__)
result = out
