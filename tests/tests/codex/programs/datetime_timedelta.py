from datetime import timedelta as T

vals = [T(0), T(1), T(days=-1), T(hours=25, minutes=61), T(seconds=-1), T(milliseconds=1500), T(microseconds=-1), T(weeks=2, days=-3, hours=5), T(days=0.5), T(seconds=1e-6), T(minutes=1.55), T(days=1, seconds=86399, microseconds=999999)]
out = [[str(v), repr(v), v.days, v.seconds, v.microseconds, v.total_seconds()] for v in vals]
a, b = T(hours=7, minutes=30), T(hours=2)
out += [str(v) for v in (a + b, b - a, -a, +a, abs(b - a), a * 3, 2.5 * b, a / 4, a // 7, a % b, T(seconds=10) * 0.3)]
out += [a / b, a // b, [str(v) if isinstance(v, T) else v for v in divmod(a, b)], a > b, a == T(minutes=450), bool(T()), bool(T(microseconds=1)), hash(T(days=1)) == hash(T(hours=24))]
out += [str(T.min), str(T.max), str(T.resolution), str(sum([a, b, a], T())), [str(x) for x in sorted([a, T(-1), b, T()])], str(max(a, b)), T(days=1) == 86400, T(1) != "x"]
out += [str(T(seconds=7) / 2), str(T(microseconds=1) / 2), str(T(microseconds=3) / 2), str(T(days=-1, hours=1) // 2), (-T(microseconds=5)) // T(microseconds=2)]


def human(t):
    secs = int(t.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        n, secs = divmod(secs, size)
        if n:
            parts.append("%d%s" % (n, unit))
    return " ".join(parts) or "0s"


out += [human(T(0)), human(T(days=3, seconds=3723)), human(a)]
for bad in (lambda: a / T(), lambda: a // 0, lambda: T(days=10 ** 9), lambda: a * a, lambda: a + 1, lambda: a < 1, lambda: T("1"), lambda: T.max + T.resolution, lambda: a % 2):
    try:
        bad()
    except Exception as e:
        out.append(type(e).__name__)
result = out
