from datetime import date, datetime, timedelta

d, dt = date(2024, 2, 28), datetime(2023, 12, 31, 23, 59, 59, 999999)
day = timedelta(days=1)
out = [str(d + day), str(d + 2 * day), str(d - 59 * day), str(date(2023, 2, 28) + day), str(dt + timedelta(microseconds=1)), str(dt - timedelta(hours=36, minutes=1))]
out += [(date(2024, 12, 25) - d).days, str(datetime(2024, 3, 1) - datetime(2024, 2, 1, 12)), (datetime(2000, 1, 1) - dt).total_seconds(), str(date(2024, 1, 1) - date(2025, 1, 1))]
out += [d.weekday(), d.isoweekday(), list(d.isocalendar()), list(date(2021, 1, 3).isocalendar()), list(date(2020, 12, 31).isocalendar()), d.toordinal(), str(date.fromordinal(1)), str(date.fromisocalendar(2020, 53, 7))]
out += [str(d.replace(day=29)), str(dt.replace(microsecond=0, year=1)), d < date(2024, 2, 29), max(d, date(2023, 5, 5)).isoformat(), dt.date() == date(2023, 12, 31), str(dt.time()), d.timetuple().tm_yday, hash(d) == hash(date(2024, 2, 28))]
out += [str(datetime.combine(d, dt.time())), str(date.min), str(datetime.max), repr(d), repr(dt), repr(datetime(2024, 1, 1)), str(date.resolution), dt == dt.replace(), d == datetime(2024, 2, 28)]
sundays = sum(date(y, m, 1).weekday() == 6 for y in range(1901, 2001) for m in range(1, 13))
out.append(sundays)
for bad in (lambda: date(2023, 2, 29), lambda: date(0, 1, 1), lambda: date.max + day, lambda: d.replace(month=13), lambda: d + 1, lambda: d < dt, lambda: datetime(2024, 1, 1, 24), lambda: d + d, lambda: date("2024", 1, 1)):
    try:
        bad()
        out.append("ok")
    except Exception as e:
        out.append(type(e).__name__)
result = out
