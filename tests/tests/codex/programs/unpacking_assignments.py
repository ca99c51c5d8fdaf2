a, (b, *c), d = 1, "xyz", [4]
first, *middle, last = range(6)
*init, tail = "q"
(p, q), *rest = {"k1": 1, "k2": 2, "k3": 3}
i, lst = 0, [10, 20, 30]
i, lst[i] = 2, "set"
m = n = []
m.append(1)
u, v = v0, u0 = 7, 8
out = [a, b, c, d, first, middle, last, init, tail, p, q, rest, i, lst, n, [u, v, v0, u0]]
for bad in ((1,), (1, 2, 3), 5, ()):
    try:
        s, t = bad
    except (ValueError, TypeError) as e:
        out.append(type(e).__name__)
try:
    s, t, *r = [1]
except ValueError as e:
    out.append("short")
out.append([x + sum(y) for x, *y in [(1, 2, 3), (4,), "a" and (5, 6)]])
out.append([*range(3), *"ab", *{"only": 1}])
out.append({**{"x": 1, "y": 2}, "x": 3, **{"y": 4}})
lo, hi = 3, 1
lo, hi = hi, lo
arr = [3, 2, 1]
arr[0], arr[2] = arr[2], arr[0]
result = out + [lo, hi, arr, (*(1, 2), 3)]
