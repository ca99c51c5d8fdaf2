from decimal import (Context, Decimal as D, DivisionByZero, FloatOperation, Inexact, InvalidOperation, Overflow, Rounded,
                     ROUND_UP, getcontext, localcontext, BasicContext)

out = [str(D(1) / D(7)), getcontext().prec, str(getcontext().rounding)]
with localcontext() as ctx:
    ctx.prec = 5
    out += [str(D(1) / D(7)), str(D("123456789")), str(+D("123456789")), str(D("1.00005") + 1)]
    ctx.rounding = ROUND_UP
    out += [str(D(1) / D(3)), str(D(2).sqrt()), bool(ctx.flags[Inexact]), bool(ctx.flags[Rounded])]
    ctx.clear_flags()
    out.append(any(ctx.flags.values()))
    ctx.traps[DivisionByZero] = False
    ctx.traps[InvalidOperation] = False
    out += [str(D(1) / 0), str(D(-1) / 0), str(D(0) / 0), str(D(-1).sqrt()), str(D("junk")), bool(ctx.flags[DivisionByZero])]
    ctx.traps[Inexact] = True
    try:
        D(1) / 3
    except Inexact:
        out.append("Inexact")
out += [getcontext().prec, str(D(1) / D(3))]
c = Context(prec=4, Emax=9, Emin=-9, traps=[])
out += [str(c.divide(D(2), D(3))), str(c.create_decimal("1.23456")), str(c.multiply(D("9e5"), D("9e5"))), str(c.power(D(2), 10)), str(c.sqrt(D(10))), str(c.divide(D(1), D("3e9"))), bool(c.flags[Overflow]), str(c.plus(D("99999")))]
with localcontext(Context(prec=50)):
    out += [str(D(2).sqrt()), str(D(1).exp()), str(D(10).ln()), str(D(1000).log10()), str(D(2) ** D("0.5"))]
with localcontext() as ctx:
    ctx.traps[FloatOperation] = True
    for bad in (lambda: D(1.5), lambda: D(1) < 2.5, lambda: D(1) == 1.0):
        try:
            out.append(bad())
        except FloatOperation:
            out.append("FloatOperation")
for bad in (lambda: D(1) / 0, lambda: D("abc"), lambda: D(1) + 1.5, lambda: D(0) ** 0, lambda: D("9e999999") * 10, lambda: D(1) % 0):
    try:
        bad()
    except Exception as e:
        out.append(type(e).__name__)
result = out + [BasicContext.prec]
