import math

out = [math.floor(-2.5), math.ceil(-2.5), math.trunc(-2.5), math.floor(1e20), math.sqrt(2), math.isqrt(10 ** 30 + 5), math.hypot(3, 4), math.hypot(1, 2, 2), math.dist((0, 0), (3, 4))]
out += [math.gcd(48, 36), math.gcd(0, 5), math.gcd(-12, 18, 27), math.gcd(), math.lcm(4, 6), math.lcm(3, 0), math.lcm(2, 3, 7), math.factorial(20), math.comb(10, 3), math.comb(3, 5), math.perm(5, 2), math.perm(4)]
out += [math.prod([1, 2, 3, 4]), math.prod([], start=7), math.prod([0.5, 4]), math.fsum([0.1] * 10), math.fsum([1e100, 1, -1e100]), math.fmod(-7, 3), math.remainder(7, 4), math.copysign(3, -0.0), math.fabs(-2)]
out += [list(math.modf(3.25)), list(math.modf(-0.5)), list(math.frexp(8.0)), math.ldexp(0.75, 3), math.isclose(0.1 + 0.2, 0.3), math.isclose(1, 1.1, rel_tol=0.1), math.isclose(0, 1e-12), math.isclose(0, 1e-12, abs_tol=1e-9)]
out += [math.isnan(math.nan), math.isinf(-math.inf), math.isfinite(1e308), math.nextafter(1.0, 2.0), math.ulp(1.0), math.degrees(math.pi), math.radians(180) == math.pi, math.log2(1024), math.log10(0.001), math.log(8, 2), math.log(10 ** 400) > 900]
for bad in (lambda: math.sqrt(-1), lambda: math.log(0), lambda: math.factorial(-1), lambda: math.isqrt(-1), lambda: math.exp(1000), lambda: math.acos(2), lambda: math.comb(-1, 2), lambda: math.floor(math.nan),
            lambda: math.ceil(math.inf), lambda: math.gcd(1.5), lambda: math.fmod(1, 0), lambda: math.dist((1,), (1, 2)), lambda: math.pow(0, -1), lambda: math.sqrt("4")):
    try:
        out.append(bad())
    except Exception as e:
        out.append(type(e).__name__)


class Rounded:
    def __floor__(self):
        return "floor"

    def __ceil__(self):
        return "ceil"

    def __trunc__(self):
        return "trunc"


result = out + [math.floor(Rounded()), math.ceil(Rounded()), math.trunc(Rounded())]
