b = b"Hello\x00\xff world"
ba = bytearray(b"abc")
ba.append(100)
ba.extend([101, 0x66])
ba[0:2] = b"ZZZ"
ba.insert(1, 33)
popped = ba.pop()
del ba[-1]
ba += b"!"
out = [b.hex(), b.hex("-", 4), bytes.fromhex("de AD be ef").hex(), list(b[4:7]), b[0], repr(b), repr(ba), popped]
out += [[p.hex() for p in b.split()], b.find(b"w"), b.count(b"l"), b"%".join([b"1", b"2"]).decode()]
out += [bytes(3).hex(), bytes([1, 2]).hex(), bytes("é", "utf-8").hex(), list(reversed(b"xyz")), b"abc" < b"abd", b"a" == "a"]
out += [b"AbC".swapcase().decode(), b"x".center(5, b"*").decode(), b"tEst".title().decode(), b"a\tb".expandtabs(3).decode()]
out += [b"abc".translate(bytes.maketrans(b"ab", b"12"), b"c").decode(), b"12".isdigit(), 97 in b"abc", b"bc" in b"abc"]
mv = memoryview(bytearray(b"0123456789"))
mv[2:4] = b"ab"
out += [mv[1:6:2].tobytes().decode(), mv.nbytes, bytes(mv[::-1]).decode(), mv.readonly]
for bad in (lambda: bytes([256]), lambda: b"a" + "a", lambda: bytes.fromhex("abc"), lambda: b[0:1].__setitem__(0, 1), lambda: ba.remove(1), lambda: bytes("x")):
    try:
        bad()
    except Exception as e:
        out.append(type(e).__name__)
result = out
