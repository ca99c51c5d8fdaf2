from functools import cached_property, total_ordering

log = []

class Data:
    def __init__(self, v):
        self.v = v

    @cached_property
    def total(self):
        log.append("compute %s" % self.v)
        return sum(self.v)

@total_ordering
class Version:
    def __init__(self, text):
        self.parts = tuple(map(int, text.split(".")))

    def __eq__(self, o):
        return self.parts == o.parts if isinstance(o, Version) else NotImplemented

    def __lt__(self, o):
        return self.parts < o.parts if isinstance(o, Version) else NotImplemented

d = Data([1, 2])
out = [d.total, d.total, "total" in d.__dict__]
d.v.append(10)
out.append(d.total)
del d.total
out.append(d.total)
d.total = "set"
out += [d.total, Data.__dict__["total"].attrname, log]
a, b, c = Version("1.2"), Version("1.10"), Version("1.2")
out += [a < b, a <= b, a > b, a >= b, a <= c, a >= c, a == c, a != b, [v.parts for v in sorted([b, a, Version("0.9.9")])], max(a, b) is b]
for bad in (lambda: a < 5, lambda: a >= "x", lambda: total_ordering(type("N", (), {}))):
    try:
        bad()
    except (TypeError, ValueError) as e:
        out.append(type(e).__name__)
result = out
