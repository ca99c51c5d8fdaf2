pairs = [(7, 3), (-7, 3), (7, -3), (-7, -3), (0, 5), (7.5, 2), (-7.5, 2), (7.5, -2), (1, 0.1), (True, 2)]
out = [[list(divmod(a, b)), a // b, a % b] for a, b in pairs]
out.append([pow(2, 10), pow(2, -2), pow(0, 0), pow(-2, 3), -2 ** 2, 2 ** 3 ** 2, pow(7, 2, 5), pow(-7, 3, 5), pow(3, 5, -7), pow(2, 0, 1)])
out.append([5 & 3, 5 | 3, 5 ^ 3, ~5, -5 & 3, -5 | 3, -5 ^ 3, 1 << 5, -1 << 3, -9 >> 1, 9 >> 10, -1 >> 100, True | False, True ^ True, True & 3])
out.append([round(2.5), round(3.5), round(-2.5), round(2.675, 2), round(1234, -2), round(1250, -2), round(1350, -2), round(0.5), round(5, 1)])
out.append([abs(-3), abs(-2.5), abs(3 - 4j), int(-3.9), int(True), bool(0.0), -0.0 == 0.0, 1 / 3, 6 / 3, 2 ** 0.5])
for bad in (lambda: 1 // 0, lambda: 1.0 % 0, lambda: divmod(1, 0), lambda: pow(2, -1, 4), lambda: pow(0, -1), lambda: 1 << -1, lambda: 2.0 & 1,
            lambda: pow(2, 3, 0), lambda: 10.0 ** 400, lambda: int(float("inf")), lambda: int(float("nan")), lambda: pow(2.0, 1, 3)):
    try:
        out.append(bad())
    except Exception as e:
        out.append(type(e).__name__)
result = out
