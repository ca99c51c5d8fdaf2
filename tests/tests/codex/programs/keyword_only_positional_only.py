def f(a, b=10, /, c=20, *, d, e=50):
    return [a, b, c, d, e]


def g(x, /, **kw):
    return [x, sorted(kw.items())]


def h(*, only=None):
    return only


def attempt(fn, *a, **k):
    try:
        return fn(*a, **k)
    except TypeError:
        return "TypeError"


result = [
    attempt(f, 1, d=2), attempt(f, 1, 2, 3, d=4), attempt(f, 1, 2, c=3, d=4, e=5),
    attempt(f, a=1, d=2), attempt(f, 1, b=2, d=3), attempt(f, 1, 2, 3, 4), attempt(f, 1),
    attempt(g, 1, x=2, y=3), attempt(g, x=1), attempt(h, only=3), attempt(h, 3), attempt(h),
    attempt(lambda a, /, *b, c=1: [a, list(b), c], 1, 2, 3), attempt(len, obj=[]),
    f.__code__.co_posonlyargcount, f.__code__.co_kwonlyargcount, attempt(int, "11", base=2),
]
