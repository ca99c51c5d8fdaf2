from datetime import datetime, time, timedelta, timezone, tzinfo


class Summer(tzinfo):
    def utcoffset(self, dt):
        return timedelta(hours=1) + self.dst(dt)

    def dst(self, dt):
        return timedelta(hours=1 if dt is not None and 4 <= dt.month <= 9 else 0)

    def tzname(self, dt):
        return "SUM" if self.dst(dt) else "STD"


utc, east, west = timezone.utc, timezone(timedelta(hours=9), "EAST"), timezone(timedelta(hours=-8))
a = datetime(2024, 3, 10, 12, tzinfo=utc)
out = [str(a.astimezone(east)), str(a.astimezone(west)), a.astimezone(east) == a, hash(a) == hash(a.astimezone(west)), a.astimezone(east).tzname(), a.astimezone(west).tzname(), a.tzname()]
out += [str(a - a.astimezone(east)), str(a.replace(tzinfo=west) - a), a < a.replace(tzinfo=west), a == datetime(2024, 3, 10, 12), a.timestamp(), str(datetime.fromtimestamp(1700000000, utc)), str(datetime.fromtimestamp(-1.5, east))]
s, w = datetime(2024, 7, 1, 12, tzinfo=Summer()), datetime(2024, 1, 1, 12, tzinfo=Summer())
out += [s.isoformat(), w.isoformat(), str(s.dst()), s.tzname(), w.tzname(), str(s.astimezone(utc)), str(datetime(2024, 7, 1, 10, tzinfo=utc).astimezone(Summer())), s.strftime("%Z%z"), str(s.utctimetuple()[3])]
out += [repr(utc), str(timezone(timedelta(0))), timezone(timedelta(0)) == utc, str(utc.utcoffset(None)), east == timezone(timedelta(hours=9)), repr(timezone(timedelta(hours=2, minutes=30)))]
out += [time(10, tzinfo=utc) < time(11, tzinfo=utc), str(time(10, tzinfo=Summer())), str(a.timetz()), a.replace(fold=1).fold, str(datetime(1970, 1, 1, tzinfo=utc) + timedelta(days=19800))]
for bad in (lambda: a < datetime(2024, 1, 1), lambda: a - datetime(2024, 1, 1), lambda: timezone(timedelta(hours=24)), lambda: timezone(5), lambda: datetime(1, 1, 1, tzinfo="UTC"), lambda: datetime.min.replace(tzinfo=utc).astimezone(west)):
    try:
        bad()
        out.append("ok")
    except Exception as e:
        out.append(type(e).__name__)
result = out
