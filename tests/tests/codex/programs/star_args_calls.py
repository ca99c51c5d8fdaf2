def f(a, b=2, *args, c, d=4, **kw):
    return [a, b, list(args), c, d, sorted(kw.items())]


def spread(*args, **kwargs):
    return len(args), sorted(kwargs)


out = [f(1, c=3), f(1, 5, 6, 7, c=8, e=9), f(*[1, 2], *(3,), c=0, **{"z": 1}, **{"y": 2}),
       f(c=1, a=0), spread(), spread(*"abc", **dict(k=1)), spread(*[], *{}, **{})]
for call in (lambda: f(1), lambda: f(c=1), lambda: f(1, a=2, c=3), lambda: f(1, c=1, **{"c": 2}),
             lambda: spread(**{1: 2}), lambda: spread(*5)):
    try:
        out.append(call())
    except TypeError:
        out.append("TypeError")
kw = {"c": 1}
f(1, extra=2, **kw)


def mutate(*args, **kwargs):
    kwargs["new"] = 1
    return type(args).__name__, kwargs is kw


out += [kw, mutate(**kw), f.__defaults__, f.__kwdefaults__, f.__code__.co_argcount]
result = out
