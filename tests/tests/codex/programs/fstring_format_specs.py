import datetime

n, pi, name, width, prec = 1234567, 3.14159265, "Ada", 12, 3
d = datetime.date(2024, 2, 29)
result = [
    f"{n:,}|{n:_}|{n:x}|{n:#X}|{n:b}|{n:o}|{n:e}|{n:+d}|{-n:=+12d}|{n:012}",
    f"{pi:.2f}|{pi:10.3f}|{pi:<10.1f}|{pi:^+10.2f}|{pi:%}|{pi:.0%}|{pi:g}|{pi * 1e10:g}|{pi:.3e}",
    f"{name:>{width}}|{name:*^{width}}|{name:.{prec - 1}}|{name!r:>8}|{name!s}|{'é'!a}",
    f"{pi:{width}.{prec}f}|{pi:{'>' if n else '<'}{width}}",
    f"{n=}|{name = }|{pi=:.1f}|{name=!s}|{n + 1 = :,}",
    f"{{literal}} {{{n}}} {'nested ' + f'{name:>{5}}'}",
    f"{d:%Y/%m/%d}|{d:%j}|{d!s:>12}",
    f"{[i for i in range(3)]}|{ {'a': 1}['a'] }|{(lambda q: q * 2)(4)}|{'x' if n > 5 else 'y'}",
    f"{1e100:.3g}|{1e-7}|{0.1 + 0.2}|{1.0}|{float('inf'):>6}|{-0.0:.1f}|{123.456:.0f}|{1e16}",
    f"{True:d}|{True}|{None}|{3 + 4j:.1f}|{255:#010x}|{-255:#b}|{65:c}|{1_000_000:>+15,.2f}",
    f"a{'b'}" "c" f"{'d'}" rf"\n{n:.1f}",
]
