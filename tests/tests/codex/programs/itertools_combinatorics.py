from itertools import combinations, combinations_with_replacement, permutations, product
from math import comb, perm

j = lambda it: ["".join(map(str, t)) for t in it]
out = [j(permutations("abc", 2)), j(permutations("ab")), j(combinations("abcd", 2)), j(combinations_with_replacement("abc", 2)), j(product("ab", "12")), j(product("01", repeat=3)), j(product("ab", range(2), repeat=1))]
out += [list(permutations([], 0)), list(permutations("ab", 3)), list(combinations("ab", 0)), list(combinations("ab", 5)), list(product()), list(product("ab", [])), list(product(repeat=0)), list(combinations_with_replacement("", 2)), j(permutations("aab"))]
out += [len(list(combinations(range(10), 4))) == comb(10, 4), len(list(permutations(range(6), 3))) == perm(6, 3), sum(1 for _ in product(range(4), repeat=4))]
out.append([t for t in combinations([1, 2, 3, 4, 5, 6], 3) if sum(t) == 10])
out.append(["%d+%d=%d" % (a, b, a + b) for a, b in product(range(1, 4), repeat=2) if a < b])
powerset = [s for n in range(4) for s in combinations("xyz", n)]
out.append(["".join(s) for s in powerset])
send_more = next((s, o, n) for s, o, n in permutations(range(1, 10), 3) if s * 100 + o * 10 + n == n ** 3)
out.append(send_more)
for bad in (lambda: permutations("ab", -1), lambda: combinations("ab"), lambda: combinations("ab", -2), lambda: product("a", repeat=-1), lambda: permutations(5), lambda: permutations("ab", "1")):
    try:
        bad()
        out.append("ok")
    except Exception as e:
        out.append(type(e).__name__)
p = permutations(range(3))
result = out + [next(p), next(p), len(list(p)), next(p, "end"), iter(p) is p]
