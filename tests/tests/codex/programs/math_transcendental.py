import math


def r(x):
    return round(x, 10)


angles = [0, math.pi / 6, math.pi / 4, 1, math.pi, -2.5]
out = [[r(f(a)) for a in angles] for f in (math.sin, math.cos, math.tan, math.atan, math.sinh, math.cosh, math.tanh, math.asinh)]
out.append([r(math.asin(x)) for x in (-1, -0.5, 0, 1)] + [r(math.acos(x)) for x in (-1, 0, 1)] + [r(math.acosh(1.5)), r(math.atanh(0.5))])
out.append([r(math.atan2(y, x)) for y, x in ((0, 1), (0, -1), (-0.0, -1), (1, 0), (-1, -1), (0.0, 0.0))])
out.append([r(math.exp(1)), r(math.expm1(1e-10)), r(math.log1p(1e-10)), r(math.log(math.e)), r(math.log(1000, 10)), r(math.exp2(0.5))])
out.append([r(math.gamma(x)) for x in (1, 5, 0.5, -1.5)] + [r(math.lgamma(100)), r(math.erf(0.5)), r(math.erfc(0.5))])
out.append([r(math.pow(2, 0.5)), math.pow(1, math.inf), math.pow(math.nan, 0), math.pow(-8, 3), r(math.tau / math.pi)])
series = sum((-1) ** k * 4 / (2 * k + 1) for k in range(500))
newton = 1.0
for _ in range(20):
    newton = (newton + 2 / newton) / 2
primes = [n for n in range(2, 60) if all(n % d for d in range(2, math.isqrt(n) + 1))]
result = out + [round(series, 8), r(newton), primes, r(math.sqrt(math.fsum(x * x for x in range(10))))]
