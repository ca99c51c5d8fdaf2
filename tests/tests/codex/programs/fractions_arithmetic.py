from decimal import Decimal
from fractions import Fraction as F

s = str
out = [s(F(6, -4)), repr(F(3)), s(F("3/4")), s(F(" -7.25 ")), s(F("1e-3")), s(F(0.125)), s(F(Decimal("1.1"))), s(F(F(1, 2), F(3, 4))), s(F("1_0/3")), s(F(0, 5)), s(F(True))]
a, b = F(3, 4), F(-5, 6)
out += [s(x) for x in (a + b, a - b, a * b, a / b, a ** 2, a ** -2, -a, +b, abs(b), a + 1, 2 - a, 3 * a, 1 / a, a // F(1, 3), a % F(1, 3), b % 1)]
out += [a + 0.5, 2.0 * a, a ** 0.5 == 0.75 ** 0.5, s(2 ** F(2)), [s(x) for x in divmod(F(7, 2), F(2, 3))], a == 0.75, a > b, a < 1, F(1, 3) == 1 / 3, hash(F(1, 2)) == hash(0.5), hash(F(4)) == hash(4), F(2, 4) in {F(1, 2)}]
out += [int(F(-7, 2)), round(F(5, 2)), round(F(7, 2)), s(round(F(22, 7), 2)), F(-7, 2).__floor__(), F(-7, 2).__ceil__(), float(F(1, 3)), bool(F(0)), F(1, 3).as_integer_ratio(), a.numerator, b.denominator, b.numerator]
out += [s(F(3.141592653589793).limit_denominator(n)) for n in (1, 10, 113, 1000)]
out += [s(sum([F(1, n) for n in range(1, 11)])), s(max(F(1, 3), F(2, 7))), [s(x) for x in sorted([F(1, 2), F(1, 3), 0, 1])], isinstance(F(1), int)]


def egyptian(f):
    parts = []
    while f:
        d = -(-f.denominator // f.numerator)
        parts.append(d)
        f -= F(1, d)
    return parts


out += [egyptian(F(7, 15)), egyptian(F(5, 121))[:3]]
for bad in (lambda: F(1, 0), lambda: F("1/0"), lambda: F("abc"), lambda: F(float("nan")), lambda: F(float("inf")), lambda: F(1.5, 2), lambda: F("1 /2 x"), lambda: a / 0, lambda: F(1) + "1", lambda: F(1) < "a", lambda: setattr(a, "numerator", 1)):
    try:
        bad()
    except Exception as e:
        out.append(type(e).__name__)
result = out
