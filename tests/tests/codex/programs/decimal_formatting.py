from decimal import Decimal as D, ROUND_HALF_UP

vals = [D("1234567.891"), D("-0.005"), D("0"), D("1E+7"), D("12.50"), D("1E-8"), D("NaN"), D("-Infinity"), D("-0.0")]
specs = ["", ".2f", ",.2f", "e", ".3e", "g", ".4g", "%", ".1%", ">15", "+.1f", "010.1f", "*^14", " .0f", "E", "n"]
out = {s: [format(v, s) for v in vals] for s in specs}
out["fstring"] = [f"{D('3.14159'):.{3}f}", f"{D('5')!r}", f"{D('2.5'):<8}|", "%s %.2f %d" % (D("1.10"), D("1.456"), D("9.9"))]


def invoice(lines, rate):
    rows, total = [], D(0)
    for name, qty, price in lines:
        amount = (D(price) * qty).quantize(D("0.01"), ROUND_HALF_UP)
        total += amount
        rows.append(f"{name:<8}{qty:>4} x {D(price):>8} = {amount:>10,}")
    tax = (total * D(rate) / 100).quantize(D("0.01"), ROUND_HALF_UP)
    rows.append(f"{'tax':<8}{D(rate):>4}% {tax:>22,}")
    rows.append(f"{'total':<8}{total + tax:>29,}")
    return rows


def interest(principal, rate, years):
    p = D(principal)
    for _ in range(years):
        p += (p * D(rate) / 100).quantize(D("0.01"))
    return str(p)


out["invoice"] = invoice([("widget", 3, "19.995"), ("gizmo", 1000, "2.50"), ("bolt", 7, "0.045")], "8.25")
out["interest"] = [interest("1000.00", "5", 10), interest("0.01", "50", 3), interest("100", "0", 5)]
for line in out["invoice"]:
    print(line)
try:
    format(D(1), "d")
except ValueError:
    out["err"] = "ValueError"
result = out
