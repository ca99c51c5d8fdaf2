import calendar
from datetime import date

C = calendar
out = [C.monthrange(2024, 2), C.monthrange(2023, 2), C.isleap(1900), C.isleap(2000), C.leapdays(2000, 2025), C.weekday(2024, 2, 29), C.monthcalendar(2024, 2), list(C.day_name), list(C.month_abbr), C.timegm((2024, 1, 1, 0, 0, 0))]
print(C.TextCalendar(C.SUNDAY).formatmonth(2024, 2))
print(C.TextCalendar().formatmonth(2021, 2, w=3))
text = C.TextCalendar(6)
out += [text.formatweekheader(2), text.formatmonthname(2025, 5, 30), text.formatweek([(0, 0), (1, 1), (2, 2)], 2), C.TextCalendar().formatyear(2023, m=4).count("\n"), C.TextCalendar().formatyear(2023).splitlines()[2].split()]
cal = C.Calendar(firstweekday=2)
out += [list(cal.iterweekdays()), [str(d) for d in cal.itermonthdates(2024, 2)][:3], list(cal.itermonthdays(2023, 5))[:6], list(cal.itermonthdays2(2023, 5))[-2:], list(cal.itermonthdays3(2023, 1))[0], [len(r) for r in cal.yeardayscalendar(2023, 4)], cal.monthdays2calendar(2015, 2)[0]]


def nth_weekday(y, m, wd, n):
    days = [w[wd] for w in C.monthcalendar(y, m) if w[wd]]
    return days[n] if -len(days) <= n < len(days) else None


out += [nth_weekday(2024, 11, C.THURSDAY, 3), nth_weekday(2024, 5, C.MONDAY, -1), nth_weekday(2024, 2, C.FRIDAY, 4), [m for m in range(1, 13) if C.monthrange(2023, m)[1] == 30], [y for y in range(1890, 1912) if C.isleap(y)], str(date(2024, 2, C.monthrange(2024, 2)[1]))]
h = C.HTMLCalendar().formatmonth(2024, 2)
out += [h.count("<tr"), 'class="thu">29<' in h]
for bad in (lambda: C.monthrange(2024, 13), lambda: C.weekday(2024, 2, 30), lambda: C.monthrange(2024, 0), lambda: C.setfirstweekday(9)):
    try:
        bad()
        out.append("ok")
    except ValueError:
        out.append("ValueError")
result = out
