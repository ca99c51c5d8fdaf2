import cmath
import math


def show(z):
    return [round(z.real, 9) + 0.0, round(z.imag, 9) + 0.0]


pts = [1 + 1j, -2 + 0.5j, 3j, -1 - 1j, 0.5 + 0j]
fns = [cmath.sqrt, cmath.exp, cmath.log, cmath.sin, cmath.cos, cmath.tan, cmath.sinh, cmath.cosh, cmath.tanh, cmath.asin, cmath.acos, cmath.atan, cmath.asinh, cmath.acosh, cmath.atanh, cmath.log10]
out = {f.__name__: [show(f(z)) for z in pts] for f in fns}
out["polar"] = [[round(x, 9) for x in cmath.polar(z)] for z in pts]
out["rect"] = [show(cmath.rect(*cmath.polar(z))) for z in pts] + [show(cmath.rect(2, math.pi / 2))]
out["phase"] = [round(cmath.phase(z), 9) for z in (1, -1, 1j, -1j, complex(-1, -0.0), 0)]
out["misc"] = [show(cmath.sqrt(-4)), show(cmath.log(-1)), show(cmath.log(8, 2)), show(cmath.exp(1j * cmath.pi)), cmath.isclose(cmath.exp(1j * math.pi), -1), cmath.isclose(1j, 1.1j), cmath.isclose(0, 1e-12j, abs_tol=1e-9), cmath.isnan(complex("nan+1j")), cmath.isinf(complex(0, -math.inf)), cmath.isfinite(1j), cmath.tau == math.tau, cmath.e == math.e]
out["consts"] = [repr(cmath.inf), repr(cmath.nan), repr(cmath.infj), repr(cmath.nanj)]


def quadratic(a, b, c):
    d = cmath.sqrt(b * b - 4 * a * c)
    return [show((-b + d) / (2 * a)), show((-b - d) / (2 * a))]


out["quad"] = [quadratic(1, -3, 2), quadratic(1, 2, 5), quadratic(1, 0, 1), quadratic(1, -2, 1)]
out["roots"] = [show(cmath.rect(8 ** (1 / 3), 2 * math.pi * k / 3)) for k in range(3)]
dft = [sum(x * cmath.exp(-2j * cmath.pi * k * n / 4) for n, x in enumerate([1, 2, 3, 4])) for k in range(4)]
out["dft"] = [show(z) for z in dft]
errs = []
for bad in (lambda: cmath.log(0), lambda: cmath.sqrt("4"), lambda: cmath.exp(1000), lambda: cmath.atanh(1), lambda: cmath.phase("x"), lambda: cmath.log(1, 0), lambda: cmath.rect(1)):
    try:
        errs.append(show(bad()))
    except (TypeError, ValueError, OverflowError, ZeroDivisionError) as e:
        errs.append(type(e).__name__)
out["errs"] = errs
result = out
