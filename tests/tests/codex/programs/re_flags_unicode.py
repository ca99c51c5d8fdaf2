import re

out = [re.findall("é+", "Éé", re.I), re.findall(r"\w+", "naïve café_1 日本"), re.findall(r"\w+", "naïve", re.A), re.findall(r"\d+", "12 ٣٤"), re.findall(r"\d+", "12 ٣٤", re.A)]
out += [bool(re.match("straSSe", "STRASSE", re.I)), bool(re.match("[a-z]", "K", re.I)), re.findall(r"^.", "a\nb\n", re.M), re.findall(r".$", "a\nb\n"), re.findall(r".$", "a\nb\n", re.M)]
verbose = re.compile(r"""
    (?P<sign>[-+])?      # optional sign
    (?P<int>\d+)         # integer part
    (?: \. (?P<frac>\d*) )?  [ ]? # fraction
    \#
""", re.X)
out.append([m.groupdict() if (m := verbose.match(s)) else None for s in ("-12.5#", "7 #", "+3.#", "x#")])
p = re.compile("(?im)^ab.$")
out += [p.findall("ABc\nabd\nxab"), bool(p.flags & re.I), bool(p.flags & re.M), bool(p.flags & re.S), p.pattern, bool(re.compile("a").flags & re.U), bool(re.compile(b"a").flags & re.U)]
out += [re.findall("(?i:a)b", "Ab AB ab"), re.findall("(?-i:a)b", "aB AB", re.I), re.findall(r"\s", "a\u00a0b\u2003c\td") == ["\u00a0", "\u2003", "\t"], len(re.findall(".", "😀e\u0301"))]
out += [re.search(r"\u00e9|\x41|\t|\N{DIGIT ONE}", "xé").group(), re.findall(rb"[\x80-\xff]+", "aéb".encode())[0].hex(), re.compile("a") == re.compile("a"), re.I | re.M == re.M | re.I]
for bad in (lambda: re.match("a", b"a"), lambda: re.compile(b"a", re.U), lambda: re.compile("a(?i)b"), lambda: re.compile("(?<=a+)b"), lambda: re.compile(r"\k")):
    try:
        bad()
        out.append("ok")
    except Exception as e:
        out.append("re.error" if isinstance(e, re.error) else type(e).__name__)
result = out
