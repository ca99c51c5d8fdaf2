from datetime import date, datetime, time, timedelta, timezone

dt = datetime(2024, 1, 5, 15, 4, 9, 678, tzinfo=timezone(timedelta(hours=5, minutes=45)))
fmts = ["%Y-%m-%d", "%y/%m/%d", "%d %b %Y", "%A, %B %d", "%a %j", "%I:%M:%S %p", "%H.%f", "%z", "%Z", "%U %W %w", "%G-W%V-%u", "%%d", "", "plain é", "%c", "%x", "%X"]
out = [dt.strftime(f) for f in fmts]
out += [date(2024, 12, 30).strftime("%G-W%V %H:%M"), time(0, 5).strftime("%I:%M %p|%H"), f"{dt:%d/%m}", format(date(1999, 3, 4), "%d.%m.%y"), datetime(2024, 1, 1).strftime("[%z%Z]")]
cases = [("2024-03-01 14:30", "%Y-%m-%d %H:%M"), ("1 Feb 99", "%d %b %y"), ("March 7, 2020 12:05 AM", "%B %d, %Y %I:%M %p"), ("12:00 PM", "%I:%M %p"), ("2024-060", "%Y-%j"), ("10:00:00.5 +0530", "%H:%M:%S.%f %z"), ("20240101Z", "%Y%m%d%z"), ("Mon Jan  5 2015", "%a %b %d %Y"), ("68", "%y"), ("69", "%y"), ("2021 5 1", "%G %V %u"), ("100%", "100%%"), ("FRI JUN 2023 02", "%a %b %Y %d")]
for text, fmt in cases:
    out.append(datetime.strptime(text, fmt).isoformat())
for text, fmt in (("2024-13-01", "%Y-%m-%d"), ("2023-02-29", "%Y-%m-%d"), ("x", "%Y"), ("2024 extra", "%Y"), ("1", "%Q"), ("25:00", "%H:%M"), ("", "%m"), ("13 PM", "%I %p")):
    try:
        out.append(str(datetime.strptime(text, fmt)))
    except ValueError:
        out.append("ValueError")
result = out
