import string

T = string.Template
out = [T("$who owes ${amount}USD, $$5").substitute(who="Al", amount=3), T("$a $b").safe_substitute(a=1), T("$a").substitute({"a": "x"}, a="kw"), T("$ab$c_1-$d.e").safe_substitute(ab=1, c_1=2, d=3), T("bad $ sign $1").safe_substitute(), T("${x}y$x").substitute(x="$x")]


class Pct(string.Template):
    delimiter = "%"
    idpattern = r"[a-z]+\.[a-z]+"


out.append(Pct("%user.name and %% and $no %other").safe_substitute({"user.name": "N"}))
for bad in (lambda: T("$a").substitute(), lambda: T("$ x").substitute(), lambda: T("${a").substitute(a=1), lambda: T("a$").substitute()):
    try:
        bad()
    except (KeyError, ValueError) as e:
        out.append(type(e).__name__)


class F(string.Formatter):
    def get_value(self, key, args, kwargs):
        return kwargs.get(key, "<%s>" % key) if isinstance(key, str) else super().get_value(key, args, kwargs)

    def convert_field(self, value, conversion):
        return str(value).upper() if conversion == "u" else super().convert_field(value, conversion)

    def format_field(self, value, spec):
        return "*".join(str(value)) if spec == "stars" else super().format_field(value, spec)


out += [F().format("{a!u} {missing} {0:stars} {1:>4}", "xyz", 7, a="loud"), F().vformat("{0[k]} {0[n][1]}", [{"k": 1, "n": [2, 3]}], {})]
out += [[list(t) for t in string.Formatter().parse("a{b!r:>{w}}c{{d}}{}")], string.capwords("hello  big-world o'neil"), string.capwords("a-b-c", "-"), string.ascii_lowercase[:5], string.digits, string.hexdigits, string.octdigits, string.punctuation, len(string.printable), string.whitespace]
out += ["{:{}{}}|".format("x", "^", 5), "{0:{1}}".format(3.14159, ".2f"), "{a[0]}{b.imag}".format(a=[9], b=2j), "{:,}".format(10 ** 7), "{!r:>5}".format("a"), "{0}{1}{0}".format("a", "b"), "{{}}".format()]
result = out
