s = "naïve €10 \U0001f600"
out = [s.encode().hex(), s.encode("utf-16-le").hex(), s.encode("latin-1", "replace").decode("latin-1"), len(s), len(s.encode())]
for handler in ("ignore", "replace", "xmlcharrefreplace", "backslashreplace", "namereplace"):
    out.append(s.encode("ascii", handler).decode("ascii"))
bad = b"ok \xff\xc3( end\xe2\x82"
for handler in ("ignore", "replace", "backslashreplace"):
    out.append(bad.decode("utf-8", handler))
out.append(bad.decode("utf-8", "surrogateescape").encode("utf-8", "surrogateescape") == bad)
for action in (lambda: s.encode("ascii"), lambda: bad.decode(), lambda: "x".encode("no-such"), lambda: b"\x80".decode("ascii"), lambda: "\ud800".encode()):
    try:
        action()
    except UnicodeError as e:
        out.append([type(e).__name__, e.start, e.end])
    except LookupError:
        out.append("LookupError")
out += [ord("€"), chr(8364), chr(0x1F600) == s[-1], ascii(s), "\N{SNOWMAN}\x41\u00e9\101", b"\x41\101".decode(), r"\n\x41"]
try:
    chr(0x110000)
except ValueError:
    out.append("ValueError")
result = out
