import re

m = re.search(r"(?P<year>\d{4})-(?P<month>\d\d)(?:-(?P<day>\d\d))?", "on 2024-07 or 2023-01-15")
out = [m.group(), m.group(1, "month"), m["day"], m.groups(), m.groups("?"), m.groupdict(), m.groupdict(0), m.span(), m.start("month"), m.end(), m.span("day"), m.lastindex, m.lastgroup]
out.append([x.groupdict("") for x in re.finditer(m.re, m.string)])
out.append(m.expand(r"\2/\g<year>/\g<1>"))
n = re.match(r"((a)|(b)|(?P<c>c))+", "abc")
out.append([n.groups(), n.lastindex, n.lastgroup, len(n.groups())])
out.append(re.match(r"(\w)(\w)\2\1", "abba").groups())
out.append(re.match(r"(?P<q>['\"]).*?(?P=q)", "'it\"s' x").group())
out.append([bool(re.match(r"(<)?x(?(1)>|$)", s)) for s in ("<x>", "x", "<x", "x>")])
out.append([re.compile(r"(?P<b>x)(y)(?P<a>z)").groupindex == {"b": 1, "a": 3}, re.compile("(a)(b)").groups])
out.append(re.match("(x)?(y)?", "").groups("none"))
for bad in (lambda: m.group(9), lambda: m["nope"], lambda: re.compile("(?P<1a>x)"), lambda: re.compile("(a"), lambda: re.compile(r"\1"), lambda: re.compile("*a"), lambda: re.compile("[b-a]")):
    try:
        bad()
    except (IndexError, re.error) as e:
        out.append("IndexError" if isinstance(e, IndexError) else "re.error")
result = out + [re.match("a", "b") is None, m.pos, m.endpos, m.string[:2]]
