import zlib

datas = [b"", b"a", b"hello world", bytes(range(256)), b"spam " * 500, "ünï".encode() * 33]
out = [[zlib.crc32(d), zlib.adler32(d), zlib.crc32(d, 1), zlib.adler32(d, 7)] for d in datas]
out.append([all(zlib.decompress(zlib.compress(d, lvl)) == d for d in datas for lvl in (0, 1, 6, 9, -1)), len(zlib.compress(datas[4])) < 100, len(zlib.compress(datas[4], 0)) > 2500])
running = 0
for i in range(0, 2500, 7):
    running = zlib.crc32(datas[4][i:i + 7], running)
out.append(running == zlib.crc32(datas[4]))
c = zlib.compressobj(9, zlib.DEFLATED, -15)
raw = c.compress(b"first part, ") + c.flush(zlib.Z_SYNC_FLUSH) + c.compress(b"second part") + c.flush()
out.append(zlib.decompress(raw, -15).decode())
gz = zlib.compressobj(wbits=31)
packed = gz.compress(b"gzip body") + gz.flush()
out += [packed[:2].hex(), zlib.decompress(packed, 31).decode(), zlib.decompress(packed, 47).decode()]
d = zlib.decompressobj()
z = zlib.compress(b"x" * 1000)
first = d.decompress(z, 10)
rest = d.decompress(d.unconsumed_tail) + d.flush()
out += [len(first), len(first + rest), d.eof, d.unused_data.decode()]
d = zlib.decompressobj()
out += [d.decompress(zlib.compress(b"one") + b"TRAIL").decode(), d.unused_data.decode(), d.eof]
d = zlib.decompressobj()
out += [b"".join(d.decompress(bytes([byte])) for byte in z) == b"x" * 1000, d.eof, zlib.decompress(zlib.compress(bytearray(b"ba"))).decode()]
for bad in (lambda: zlib.decompress(b"junk"), lambda: zlib.decompress(b""), lambda: zlib.decompress(z[:-3]), lambda: zlib.compress("str"), lambda: zlib.crc32("s"), lambda: zlib.compress(b"x", 10), lambda: zlib.decompress(z, -15), lambda: zlib.decompress(z[:-1] + b"\x00")):
    try:
        bad()
        out.append("ok")
    except Exception as e:
        out.append("zlib.error" if isinstance(e, zlib.error) else type(e).__name__)
result = out
