class Vec:
    def __init__(self, *c):
        self.c = c

    def __add__(self, o):
        return Vec(*(a + b for a, b in zip(self.c, o.c))) if isinstance(o, Vec) else NotImplemented

    def __radd__(self, o):
        return self if o == 0 else NotImplemented

    def __mul__(self, k):
        return Vec(*(a * k for a in self.c))
    __rmul__ = __mul__

    def __matmul__(self, o):
        return sum(a * b for a, b in zip(self.c, o.c))

    def __neg__(self):
        return self * -1

    def __eq__(self, o):
        return self.c == o.c if isinstance(o, Vec) else NotImplemented

    def __bool__(self):
        return any(self.c)

    def __repr__(self):
        return "Vec%r" % (self.c,)


a, b = Vec(1, 2), Vec(3, -4)
out = [repr(x) for x in (a + b, 3 * a, b * 2, -b, sum([a, b, a]))]
out += [a @ b, a == Vec(1, 2), a != b, a == (1, 2), bool(Vec(0, 0)), bool(a)]
for bad in (lambda: a + 1, lambda: 1 + a, lambda: a - b, lambda: hash(a)):
    try:
        bad()
    except TypeError:
        out.append("TypeError")
result = out
