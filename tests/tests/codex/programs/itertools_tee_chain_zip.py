from itertools import chain, islice, tee, zip_longest

log = []


def noisy(n):
    for i in range(n):
        log.append(i)
        yield i


a, b, c = tee(noisy(5), 3)
first = [next(a), next(a), next(b)]
seen = list(log)
rest = [list(a), list(b), list(c), list(log)]
out = [first, seen, rest, list(tee([], 2)[1]), tee([1], 0)]
out += [list(chain("ab", [1], (), {"k": 0})), list(chain()), list(chain.from_iterable(["ab", [1, 2], ()])), list(chain.from_iterable([])), list(islice(chain.from_iterable(range(k) for k in range(10 ** 9)), 6))]
out += [list(zip_longest("abc", [1])), list(zip_longest("a", [1, 2], (), fillvalue="-")), list(zip_longest()), list(zip()), list(zip("abc")), list(zip("ab", range(9))), list(map(list, zip(*[[1, 2, 3], [4, 5, 6]])))]
out.append([list(x) for x in zip(*[iter(range(7))] * 3)])
out.append([[v for v in x if v is not None] for x in zip_longest(*[iter(range(7))] * 3)])
p, q = tee(iter("xyz"))
next(q)
out.append(["".join(t) for t in zip(p, q)])
left = iter([1, 2, 3])
out.append([list(zip(left, [10])), list(left), list(zip([10], left))])
for bad in (lambda: list(chain([1], 5)), lambda: tee([1], -1), lambda: zip_longest("a", fill=1), lambda: list(zip([1], [1, 2], strict=True)), lambda: chain.from_iterable(5), lambda: tee(3)):
    try:
        bad()
        out.append("ok")
    except (TypeError, ValueError) as e:
        out.append(type(e).__name__)
result = out
