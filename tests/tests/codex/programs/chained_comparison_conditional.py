calls = []


def t(v):
    calls.append(v)
    return v


out = [1 < 2 < 3, 1 < 3 > 2, 3 > 2 > 2, 1 == 1.0 == True, (1 < 2) < 0, 1 < 2 in [2], "a" < "b" <= "b" != "c", not 1 == 2]
out.append([t(1) < t(5) < t(3) < t(9), list(calls)])
del calls[:]
out.append([t(0) or t("") or t("last") or t("never"), t(1) and t([]) and t(2), list(calls)])
del calls[:]
out.append([t("yes") if t(True) else t("no"), list(calls)])
grade = lambda n: "A" if n >= 90 else "B" if n >= 80 else "C" if n >= 70 else "F"
out.append([grade(n) for n in (95, 90, 89, 70, 0)])
out += [[] is not None, [] == (), [1, 2] < [1, 3], [1, 2] < [1, 2, 0], (1, "z") < (2, "a"), "Z" < "a", "" < "a", [[1], 2] == [[1], 2]]
out += [not [], not 0.0, None or 0, 0 or None, "a" and "b", not "" and "x", 1 if [] else 2, (lambda: 3)() if () else {}]


class Rich:
    def __init__(self, v):
        self.v = v

    def __lt__(self, o):
        return [] if self.v > o.v else ["lt", self.v, o.v]


out += [Rich(1) < Rich(2) < Rich(3), Rich(5) < Rich(2) < Rich(3), bool(Rich(0) < Rich(0))]
for bad in (lambda: 1 < "a", lambda: None < None, lambda: [1] < (1,), lambda: Rich(1) <= Rich(2), lambda: {} < {}):
    try:
        bad()
    except TypeError:
        out.append("TypeError")
result = out
