from decimal import (Decimal as D, ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_EVEN,
                     ROUND_HALF_UP, ROUND_UP, ROUND_05UP, InvalidOperation)

modes = [ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, ROUND_05UP]
vals = ["2.5", "-2.5", "2.51", "-2.49", "3.5", "0.1", "-0.1", "5.01", "10.5"]
out = {m: [str(D(v).quantize(D("1"), rounding=m)) for v in vals] for m in modes}
out["cents"] = [str(D(v).quantize(D("0.01"), ROUND_HALF_UP)) for v in ("1.005", "2.675", "-1.115", "99.995", "1E-5")]
out["round"] = [str(round(D("2.675"), 2)), round(D("2.5")), round(D("-3.5")), str(round(D("1234"), -2)), type(round(D("1.5"))).__name__, type(round(D("1.5"), 0)).__name__]
out["integral"] = [str(D("7.5").to_integral_value()), str(D("7.50").to_integral_exact()), int(D("-7.9")), D("7.9").__floor__(), D("7.1").__ceil__(), str(D("1E+3").quantize(D("1")))]
out["norm"] = [str(D(v).normalize()) for v in ("1.500", "100", "0.000", "-0.0", "1E5", "12.3400")]
out["exp"] = [D(v).as_tuple().exponent for v in ("1.50", "1E5", "100", "1e-7")] + [D("123.45").adjusted(), D("0.00123").adjusted()]


def split(total, n):
    base = (D(total) / n).quantize(D("0.01"), ROUND_DOWN)
    parts = [base] * n
    for i in range(int((D(total) - base * n) * 100)):
        parts[i] += D("0.01")
    return [str(p) for p in parts]


out["split"] = [split("100", 3), split("0.05", 4), split("10.00", 4)]
try:
    D("1E30").quantize(D("0.01"))
except InvalidOperation:
    out["err"] = "InvalidOperation"
result = out
