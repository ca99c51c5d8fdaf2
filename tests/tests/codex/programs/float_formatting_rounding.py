vals = [0.1, 1 / 3, 1e15, 1e16, 123456789012345680.0, 1e-4, 1e-5, 5e-324, 1.7976931348623157e308, 100.0, -0.0, 2.5, 0.1 + 0.2, 1e22, 1e23]
out = [[repr(v), "%.3f" % v if v < 1e17 else "-", format(v, "g"), format(v, ".3e"), v.hex()] for v in vals]
out.append([float(s) for s in ("1.5", " -2e3 ", "1_0.5", ".5", "5.", "+1e-2", "8")])
out.append([str(float(s)) for s in ("inf", "-Infinity", "nan", "1e400", "-1e-400", "infinity")])
out.append([float.fromhex("0x1.8p1"), (0.75).as_integer_ratio(), (2.0).is_integer(), (2.5).is_integer(), (1e300 * 1e10) == float("inf")])
nan = float("nan")
out.append([nan == nan, nan != nan, nan < 1, nan in [nan], min(1, nan), 0.1 + 0.2 == 0.3, 1e16 + 1 == 1e16])
out.append([round(x, n) for x, n in ((0.125, 2), (0.375, 2), (1.15, 1), (1e20, -19), (12345.678, -2), (-1.5, 0), (0.5, 0), (2.5e-7, 7))])
out.append([format(x, f) for x, f in ((1234.5, ",.2f"), (0.00012345, ".2g"), (1e6, "g"), (999999.5, "g"), (0.5, ".0f"), (1.5, ".0f"), (1e10, "_.1f"), (3.0, "#.0f"), (12.0, "n"))])
for bad in ("", "1,5", "1__0", "e5", "0x10", "1e", "--1"):
    try:
        out.append(float(bad))
    except ValueError:
        out.append("ValueError")
result = out
