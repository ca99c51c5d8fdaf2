from collections import Counter

c = Counter("mississippi")
out = [c.most_common(), c.most_common(2), c["z"], "z" in c, list(Counter(a=2, b=0, c=-1).elements()), c.total(), sum(c.values()), c == Counter({"i": 4, "s": 4, "p": 2, "m": 1})]
a, b = Counter(x=3, y=1, w=-2), Counter(x=1, y=2, z=5)
out += [dict(a + b), dict(a - b), dict(a & b), dict(a | b), dict(+a), dict(-a), a <= b, Counter(x=1) < Counter(x=2), Counter(x=0) == Counter(), a != b]
a.update("xyz", q=2)
a.subtract({"x": 10})
out += [dict(a), sorted(a), a.pop("q"), list(a.items()), repr(Counter("aab")), repr(Counter()), repr(Counter(b=1, a=2))]
del c["i"]
del c["nothere"]
c["s"] -= 3
c["new"] += 1
out += [dict(c), type(c.copy()).__name__, dict(Counter([1, 2, 1, (3,), (3,)])) == {1: 2, 2: 1, (3,): 2}, Counter(None) == Counter([]), [k for k, _ in Counter("zebra crossing").most_common(3)]]
c2 = Counter(a=1)
c2 += Counter(a=2, b=-1)
c2 |= Counter(a=1, d=4)
out.append(dict(c2))
for bad in (lambda: Counter.fromkeys("ab"), lambda: Counter([[]]), lambda: Counter(5), lambda: Counter("a") + {"a": 1}):
    try:
        bad()
    except Exception as e:
        out.append(type(e).__name__)
words = "the cat and the hat and the bat".split()
result = out + [Counter(map(len, words)).most_common(), [w for w, n in Counter(words).items() if n == 1]]
