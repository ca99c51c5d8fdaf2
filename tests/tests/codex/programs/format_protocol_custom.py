class Money:
    def __init__(self, cents):
        self.cents = cents

    def __format__(self, spec):
        if spec == "":
            return "%d.%02d" % divmod(self.cents, 100)
        if spec.startswith("$"):
            return "$" + format(self.cents / 100, spec[1:] or ".2f")
        return format(str(self), spec)

    def __str__(self):
        return "Money(%d)" % self.cents


class Plain:
    def __repr__(self):
        return "P!"


m = Money(123456)
out = [f"{m}", f"{m:$}", f"{m:$,.1f}", f"{m:>15}", f"{m!s:^15}|", "{0:$} {0}".format(m), format(m, "<15") + "|"]
out += ["%s %r %5s|%-5s|" % (Plain(), Plain(), Plain(), Plain())]
out += ["{} {!r} {x[0]} {x[1].real} {y[k]}".format(1, "a", x=[5, 6], y={"k": "v"})]
for call in (lambda: format(Plain(), ">5"), lambda: format("s", "d"), lambda: format(1, "s"),
             lambda: "{} {}".format(1), lambda: "{a}".format(), lambda: "{0} {}".format(1, 2), lambda: format(1.5, "d")):
    try:
        out.append(call())
    except (TypeError, ValueError, IndexError, KeyError) as e:
        out.append(type(e).__name__)
result = out
