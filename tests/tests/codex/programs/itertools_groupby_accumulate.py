from itertools import accumulate, groupby, compress, starmap, pairwise
import operator

rle = [(k, len(list(g))) for k, g in groupby("aaabccddddA")]
by_len = {k: list(g) for k, g in groupby(sorted("the quick brown fox jumps".split(), key=len), key=len)}
unsorted = [k for k, _ in groupby([1, 1, 2, 1, 1.0, True])]
groups = list(groupby([1, 1, 2]))
stale = [list(g) for _, g in groups]
out = [rle, {str(k): v for k, v in by_len.items()}, unsorted, stale, list(groupby([])), [[k, "".join(g)] for k, g in groupby("aAbB", str.lower)]]
out += [list(accumulate([1, 2, 3, 4])), list(accumulate([3, 1, 4, 1, 5], max)), list(accumulate([1, 2, 3], operator.mul, initial=10)), list(accumulate([])), list(accumulate([], initial=5)), list(accumulate("abc")), list(accumulate([2, 3], lambda a, b: a ** b, initial=2))]
out += [list(compress("abcdef", [1, 0, 1, 0, 1])), list(compress("ab", [])), list(starmap(pow, [(2, 5), (3, 2)])), list(starmap(lambda *a: len(a), [(), (1,), "abc"])), list(pairwise("abcd")), list(pairwise([1])), list(pairwise([]))]
gaps = [b - a for a, b in pairwise([1, 4, 9, 16, 25])]
runs = []
for _, g in groupby(enumerate([1, 2, 3, 7, 8, 10]), lambda p: p[1] - p[0]):
    r = [v for _, v in g]
    runs.append("%d-%d" % (r[0], r[-1]) if len(r) > 1 else str(r[0]))
balance = list(accumulate([100, -30, -80, 50], lambda a, x: max(0, a + x)))
for bad in (lambda: groupby(5), lambda: list(accumulate([1, "a"])), lambda: list(starmap(pow, [5])), lambda: accumulate(), lambda: pairwise(3), lambda: list(groupby([1], 3))):
    try:
        bad()
        out.append("ok")
    except TypeError:
        out.append("TypeError")
result = out + [gaps, runs, balance]
