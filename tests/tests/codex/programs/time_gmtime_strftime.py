import time
import calendar

stamps = [0, 1, 86399, 951782400, 1709164800, 1700000000.75, -1, -86400 * 365, 2 ** 31, 253402300799]
out = []
for s in stamps:
    t = time.gmtime(s)
    out.append([list(t), time.strftime("%Y-%m-%d %H:%M:%S %a %j", t), calendar.timegm(t)])
t = time.gmtime(1709210096)
out += [t.tm_year, t.tm_mon, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, t.tm_wday, t.tm_yday, t.tm_isdst, t[0:3], len(t), t.n_fields, isinstance(t, tuple), t > time.gmtime(0), t == tuple(t), hash(t) == hash(tuple(t)), t.tm_zone in ("UTC", "GMT"), t.tm_gmtoff]
out += [time.asctime(t), time.strftime("%y %B %b %d %I %p %U %W %w %% %A", t), time.strftime("", t), time.strftime("week %V of %G", t), time.asctime((2020, 2, 3, 4, 5, 6, 0, 34, 0)), repr(time.struct_time(range(9)))]
p = time.strptime("3 Mar 2021 14:05", "%d %b %Y %H:%M")
out += [list(p), list(time.strptime("2020-366", "%Y-%j"))[:3], list(time.strptime("Tue 10PM 1999", "%a %I%p %Y"))[:4], time.strftime("%Y/%m/%d", (2023, 12, 31, 0, 0, 0, 6, 365, -1))]
for bad in (lambda: time.gmtime("x"), lambda: time.strftime("%Y", (1, 2)), lambda: time.strptime("x", "%Y"), lambda: time.struct_time([1, 2]), lambda: time.strftime("%Y", (2020, 13, 1, 0, 0, 0, 0, 1, 0)), lambda: setattr(t, "tm_year", 5), lambda: time.asctime(5), lambda: time.gmtime(1e30), lambda: time.strptime("13", "%m")):
    try:
        bad()
        out.append("ok")
    except (TypeError, ValueError, AttributeError, OverflowError) as e:
        out.append(type(e).__name__)
result = out + [time.perf_counter() >= 0, time.monotonic() <= time.monotonic(), isinstance(time.time(), float), isinstance(time.time_ns(), int)]
