def show(z):
    return [z.real, z.imag] if isinstance(z, complex) else z


a, b = 3 + 4j, complex(1, -2)
out = [show(v) for v in (a + b, a - b, a * b, a / b, -a, a.conjugate(), abs(a), a ** 2, a ** 0, a == complex("3+4j"), a * 2, 1 - a, 1j * 1j)]
out += [repr(v) for v in (a, 1j, -1j, complex(0, 0), complex(1.5, -2.25), 0j, complex(-0.0, 1), complex(1e20, 1e-7))]
out += [show(complex(s)) for s in ("1", "2j", "-j", " 1-1j ", "(3+2j)", "1e2+.5j")]
out += [f"{a:.2f}", f"{b:>12}", f"{a:+.1e}", str(complex(float("inf"), 1)), hash(complex(5, 0)) == hash(5), complex(5) == 5, bool(0j), 5 == 5 + 0j]
for bad in (lambda: a < b, lambda: int(a), lambda: complex("1 + 2j"), lambda: a // b, lambda: a % b, lambda: a / 0, lambda: complex("1", 2), lambda: float(1j)):
    try:
        out.append(bad())
    except Exception as e:
        out.append(type(e).__name__)


class HasComplex:
    def __complex__(self):
        return 2 + 1j


result = out + [show(complex(HasComplex())), sorted([1j, 2 + 0j, -3 + 1j], key=abs) == [1j, 2 + 0j, -3 + 1j], show(sum([1j, 2, 0.5]))]
