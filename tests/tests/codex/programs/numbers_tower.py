import numbers
from decimal import Decimal
from fractions import Fraction

N = [numbers.Number, numbers.Complex, numbers.Real, numbers.Rational, numbers.Integral]
vals = [1, True, 2.5, 3j, Fraction(1, 2), Decimal("1.5"), "1", None]
table = ["".join("01"[isinstance(v, n)] for n in N) for v in vals]


class Mod7(numbers.Number):
    def __init__(self, v):
        self.v = v % 7

    def __add__(self, o):
        if isinstance(o, numbers.Integral):
            return Mod7(self.v + int(o))
        return Mod7(self.v + o.v) if isinstance(o, Mod7) else NotImplemented
    __radd__ = __add__

    def __hash__(self):
        return hash(self.v)

    def __eq__(self, o):
        return isinstance(o, Mod7) and o.v == self.v


m = sum([Mod7(5), 6, Mod7(4), True])
out = [table, m.v, isinstance(m, numbers.Number), m == Mod7(2), issubclass(int, numbers.Rational), issubclass(numbers.Integral, numbers.Real)]
out += [(5).numerator, (5).denominator, (5).real, (5).imag, (5).conjugate(), True.numerator, (2.5).real, (2.5).imag, (2.5).conjugate(), (-7).__floordiv__(2), (7).__truediv__(2), (5).__add__(1.5) is NotImplemented, (1.5).__radd__(5), (3).__rpow__(2)]
mixed = [1 + 2.5, 1 + Fraction(1, 2), Fraction(1, 2) + 0.25, Decimal(1) + 1, True + True, 2 * 1j, Fraction(1, 3) * 3, 7 // 2.0, 2 ** -1, 2 ** 2, True ** 2, -True, +True, int.__add__(True, 2)]
out.append([[type(x).__name__, str(x)] for x in mixed])
for bad in (lambda: Decimal(1) + Fraction(1), lambda: Decimal(1) + 1.0, lambda: m + 1.5, lambda: numbers.Integral(), lambda: 3j // 1, lambda: Fraction(1, 2) % 1j, lambda: "1" + 1):
    try:
        bad()
        out.append("ok")
    except TypeError:
        out.append("TypeError")
result = out
