from datetime import date, datetime, time, timedelta


def add_months(d, n):
    y, m = divmod(d.year * 12 + d.month - 1 + n, 12)
    m += 1
    last = (date(y + m // 12, m % 12 + 1, 1) - timedelta(days=1)).day
    return date(y, m, min(d.day, last))


def business_days(start, end):
    return sum((start + timedelta(i)).weekday() < 5 for i in range((end - start).days))


def easter(y):
    a, b, c = y % 19, y // 100, y % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    l = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * l) // 451
    month, day = divmod(h + l - 7 * m + 114, 31)
    return date(y, month, day + 1)


def age(born, on):
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


fridays = [str(d) for d in (date(y, m, 13) for y in (2023, 2024) for m in range(1, 13)) if d.weekday() == 4]
slots = [datetime.combine(date(2024, 2, 29), time(22, 30)) + timedelta(minutes=45) * i for i in range(4)]
result = [[str(add_months(date(2024, 1, 31), n)) for n in (0, 1, 2, 11, -1, 13, -12)], business_days(date(2024, 2, 26), date(2024, 3, 9)),
          [str(easter(y)) for y in (1999, 2000, 2024, 2025)], age(date(2000, 2, 29), date(2024, 2, 28)), age(date(2000, 2, 29), date(2024, 3, 1)), fridays,
          [f"{s:%a %H:%M}" for s in slots], [str(t) for t in sorted([time(9, 5), time(9), time(0, 0, 1)])], str(time.max), repr(time(1, 2, 3)), time(0) == time(), bool(time(0))]
