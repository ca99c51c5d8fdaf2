from collections import namedtuple

P = namedtuple("P", "x y", defaults=[0])
R = namedtuple("R", ["id", "class", "id", "_hidden"], rename=True)


class Named(namedtuple("Base", "first, last")):
    __slots__ = ()

    @property
    def full(self):
        return self.first + " " + self.last

    def __str__(self):
        return "<%s>" % self.full


p = P(1)
n = Named("Ada", last="L")
out = [repr(p), p.x + p.y, p[0], list(p), p == (1, 0), p._asdict(), repr(p._replace(y=5)), P._fields, P._field_defaults, repr(P._make([7, 8])), len(p), p < P(1, 1), {p: 1}[(1, 0)]]
out += [R._fields, n.full, str(n), repr(n), n._replace(first="B").full, isinstance(n, tuple), P.__name__, P.x.__doc__[:5], p.index(0), p.count(1), p + (9,), type(p + (9,)).__name__, max(P(1, 9), P(2)).x]
x, y = p
out.append([x, y, "%d-%d" % p, "{0.x}/{0.y}".format(p), f"{p.y!r}"])
match p:
    case P(x=1, y=v):
        out.append(["matched", v])
for bad in (lambda: P(), lambda: P(1, 2, 3), lambda: setattr(p, "x", 5), lambda: P._make([1, 2, 3]), lambda: namedtuple("B", "class"), lambda: namedtuple("B", "a a"), lambda: namedtuple("B", "a b", defaults=[1, 2, 3]), lambda: setattr(n, "zip", 1)):
    try:
        bad()
        out.append("ok")
    except Exception as e:
        out.append(type(e).__name__)
result = out
