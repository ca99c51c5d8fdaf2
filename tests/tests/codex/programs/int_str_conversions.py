good = [int("42"), int(" -17\n"), int("0b101", 0), int("0o17", 0), int("0XfF", 0), int("11", 2), int("zz", 36), int("1_000"), int(b"12"), int("٤٢"), int("+5"), int("00"), int(9.99), int(-9.99), int(), int("7", 8)]
bad = []
for args in (("",), ("1.0",), ("0x1f",), ("12", 2), ("1__0",), ("_1",), ("08", 0), ("5", 1), ("5", 37), (None,), ("- 5",), (5, 10), ("1e3",), ("½",)):
    try:
        bad.append(int(*args))
    except (ValueError, TypeError) as e:
        bad.append(type(e).__name__)


class Idx:
    def __index__(self):
        return 6


class Intable:
    def __int__(self):
        return 77


class Truncated(int):
    def __str__(self):
        return "T"


i = Idx()
result = [good, bad, int(i), [0, 1, 2, 3, 4, 5, "six"][i], hex(i), "%d" % Intable(), int(Intable()), list(range(i))[-1], "ab" * Idx(),
          str(Truncated(5)), "%d|%s" % (Truncated(5), Truncated(5)), Truncated(5) + 1, repr(Truncated(8)), f"{Truncated(3)}", f"{Truncated(3):d}",
          str(True), int("True" == "True"), repr("a'b"), repr('a"b\'c'), repr("\t\x00\u200b\xe9"), str(b"x"), bin(-10), oct(8), hex(-255), format(10, "#06b")]
