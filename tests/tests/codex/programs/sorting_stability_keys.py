from functools import cmp_to_key
from operator import itemgetter

people = [("bob", 30), ("al", 25), ("cy", 30), ("dee", 25), ("eve", 41)]
by_age = sorted(people, key=lambda p: p[1])
by_age_desc = sorted(people, key=itemgetter(1), reverse=True)
two = sorted(people, key=lambda p: (-p[1], p[0]))
lst = [3, 1, 2]
ret = lst.sort()
mixed = sorted([True, 0, 1.0, False, 1, 0.0], key=lambda x: x)
out = [by_age, by_age_desc, two, ret, lst, [repr(m) for m in mixed]]
out.append(sorted(["b", "A", "a", "B", "_", "10", "9"], key=str.lower))
out.append(sorted("9 10 2 33 1".split(), key=int))
out.append(sorted([[2, 1], [1, 5], [1], []]))
out.append(sorted(["x10", "x9", "y1"], key=cmp_to_key(lambda a, b: len(a) - len(b) or (a > b) - (a < b))))
out.append([min(people, key=itemgetter(1)), max(people, key=itemgetter(1)), max("", default="none"), max([1, 1.0, True]), min("b", "a")])
try:
    sorted([1, "a"])
except TypeError:
    out.append("TypeError")
try:
    sorted([3, 2, 0], key=lambda v: 1 // v)
except ZeroDivisionError:
    out.append("ZeroDivisionError")
calls = []
sorted("hello", key=lambda c: calls.append(c) or c)
result = out + ["".join(calls), list(reversed(sorted("stable"))), sorted({"b": 1, "a": 2}), sorted(range(5), key=lambda x: x % 2)]
