a, b = {1, 2, 3, 4}, {3, 4, 5}
S = sorted
out = [S(a | b), S(a & b), S(a - b), S(b - a), S(a ^ b), a <= b, {3} < b, b >= {3, 4, 5}, b > b, a.isdisjoint({9}), a == {4, 3, 2, 1}]
c = set(a)
c |= {10}
c &= {1, 2, 10, 99}
c -= {1}
c ^= {2, 7}
out.append(S(c))
c.add(7)
c.discard(12345)
c.update([1], (2,), range(3))
out += [S(c), len(c), S(a.union([9], "x" and [8])), S(a.intersection(b, [4])), S(a.difference([1], [2])), S(a.symmetric_difference([1, 50]))]
c.intersection_update([0, 1, 7])
c.difference_update([7])
out.append(S(c))
f = frozenset([1, 2])
out += [f | {3} == {1, 2, 3}, type(f | {3}).__name__, type({3} | f).__name__, {f: "v"}[frozenset((2, 1))], f in {f}, {1, 2} in [f], hash(f) == hash(frozenset([2, 1]))]
out += [S({1, 1.0, True, 2}), len({(), (1,), frozenset()}), S({x % 3 for x in range(10)}), bool(set()), set() == frozenset(), repr(set()), repr(frozenset()), repr({5})]
for bad in (lambda: a.remove(77), lambda: {[]}, lambda: set().pop(), lambda: f.add(1), lambda: a | [1], lambda: {{1}}, lambda: a < [1]):
    try:
        bad()
    except Exception as e:
        out.append(type(e).__name__)
result = out
