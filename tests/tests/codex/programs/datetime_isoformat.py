from datetime import date, datetime, time, timedelta, timezone

tz = timezone(timedelta(hours=-3, minutes=-30))
dt = datetime(2024, 5, 6, 7, 8, 9, 120000, tzinfo=tz)
out = [dt.isoformat(), dt.isoformat(" "), dt.isoformat("x", "minutes"), dt.isoformat(timespec="milliseconds"), dt.isoformat(timespec="hours"), dt.replace(microsecond=0, tzinfo=None).isoformat(), dt.replace(microsecond=0).isoformat(timespec="microseconds")]
out += [date(5, 1, 2).isoformat(), time(1, 2).isoformat(), time(1, 2, 3, 4).isoformat("milliseconds"), time(23, 0, tzinfo=timezone.utc).isoformat(), str(timezone(timedelta(seconds=3661)))]
texts = ["2024-05-06", "2024-05-06T07:08", "2024-05-06 07:08:09", "2024-05-06T07:08:09.12", "2024-05-06T07:08:09.123456789", "2024-05-06T07:08:09Z", "2024-05-06T07:08:09+05:30", "20240506T070809", "2024-W19-1", "2024-05-06T07", "2024-05-06T07:08:09-00:00:01", "2024W191T0708"]
for t in texts:
    v = datetime.fromisoformat(t)
    out.append([v.isoformat(), str(v.utcoffset())])
out += [date.fromisoformat("2024-02-29").isoformat(), date.fromisoformat("20240229").isoformat(), date.fromisoformat("2020-W53-7").isoformat(), time.fromisoformat("04:05:06.7+01:00").isoformat(), time.fromisoformat("T0405").isoformat()]
for fn, bad in ((datetime, "2024-13-01"), (datetime, "2024-05-06T25:00"), (date, "2024-02-30"), (date, "24-1-1"), (time, "7:00"), (datetime, ""), (datetime, "yesterday"), (date, "2024-05-06T00:00"), (datetime, "2024-05-06T07:08:"), (date, "2024-W54-1")):
    try:
        out.append(str(fn.fromisoformat(bad)))
    except ValueError:
        out.append("ValueError")
out.append(all(datetime.fromisoformat(x.isoformat()) == x for x in (dt, datetime.min, datetime.max, datetime(1, 1, 1, tzinfo=timezone.utc))))
result = out
