import io

s = io.StringIO("line1\nline2\r\nlast")
out = [s.readline(), s.read(3), s.tell(), s.readlines(), s.read(), s.seek(0), list(s), s.getvalue() == "line1\nline2\r\nlast"]
s.seek(0, 2)
s.write("!more")
s.seek(2)
n = s.write("ÜX")
s.truncate(8)
out += [n, s.getvalue(), s.closed, s.readable(), s.writable(), s.seekable(), io.StringIO("a\r\nb", newline=None).read(), io.StringIO("a\nb", newline="\r\n").getvalue()]
b = io.BytesIO(b"0123456789")
buf = bytearray(4)
out += [b.read(2).decode(), b.readinto(buf), buf.decode(), b.seek(-2, 2), b.read().decode(), b.read(5).decode(), b.seek(3), b.write(b"ab"), b.seek(20), b.write(b"end"), b.getvalue().hex(), len(b.getbuffer()), b.tell()]
b.getbuffer()[0:2] = b"ZZ"
b.seek(0)
out += [b.read1(4).decode(), b.peek(1) if hasattr(b, "peek") else "no peek", b.seek(2, 1), b.readline(3).decode(), [l.decode() for l in io.BytesIO(b"a\nb\n\nc").readlines()]]
w = io.BytesIO()
t = io.TextIOWrapper(w, encoding="utf-8", newline="\n")
t.write("héllo\n")
t.flush()
out += [w.getvalue().hex(), io.TextIOWrapper(io.BytesIO(b"x\r\ny\n"), "ascii").read()]
with io.StringIO() as f:
    print("a", 1, None, sep="-", end="$", file=f)
    print(*"xyz", file=f)
    out.append(f.getvalue())
r = io.BufferedReader(io.BytesIO(b"buffered data"))
out += [r.peek(3)[:3].decode(), r.read(8).decode(), r.read().decode()]
for bad in (lambda: f.read(), lambda: io.StringIO(b"x"), lambda: io.BytesIO("x"), lambda: io.StringIO().write(5), lambda: io.BytesIO().write("s"), lambda: io.StringIO("abc").seek(-1), lambda: io.StringIO("abc").seek(1, 1), lambda: io.StringIO().fileno(), lambda: b.seek(-5)):
    try:
        bad()
        out.append("ok")
    except Exception as e:
        out.append("ValueError" if isinstance(e, ValueError) else type(e).__name__)
result = out
