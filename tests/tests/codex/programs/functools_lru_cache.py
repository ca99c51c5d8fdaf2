from functools import cache, lru_cache

calls = []


@lru_cache(maxsize=2)
def square(x):
    calls.append(x)
    return x * x


@lru_cache(maxsize=None, typed=True)
def kind(x, y=0):
    return type(x).__name__


@cache
def paths(r, c):
    return 1 if r == 0 or c == 0 else paths(r - 1, c) + paths(r, c - 1)


@lru_cache
def fails(x):
    calls.append("fail")
    raise ValueError(x)


for n in (1, 2, 1, 3, 2, 1, 1.0):
    square(n)
out = [list(calls), list(square.cache_info()), square.cache_parameters()]
square.cache_clear()
out += [list(square.cache_info()), [kind(1), kind(1.0), kind(True), kind(1, 0), kind(x=1), kind(1)], list(kind.cache_info()), paths(16, 16), paths.cache_info().currsize, square.__wrapped__(9), square.__name__]
for bad in (lambda: square([]), lambda: fails(1), lambda: fails(1), lambda: square(), lambda: lru_cache(maxsize="x")):
    try:
        bad()
        out.append("ok")
    except (TypeError, ValueError) as e:
        out.append(type(e).__name__)
result = out + [calls.count("fail"), fails.cache_info().misses, lru_cache(maxsize=0)(len)("abc"), lru_cache(-5)(len).cache_info().maxsize]
