def collect(x, acc=[]):
    acc.append(x)
    return acc


def safe(x, acc=None):
    acc = [] if acc is None else acc
    acc.append(x)
    return acc


def order(a=print("default evaluated"), b=len("xyz")):
    return [a, b]


collect(1)
collect(2)
shared = collect(3)
own = collect("z", [])
defaults = collect.__defaults__[0] is shared
collect.__defaults__ = ([100],)
replaced = collect(4)
lam = [(lambda k=i, *, s=i * i: [k, s]) for i in range(3)]
cache = {}


def fib(n, memo=cache):
    if n not in memo:
        memo[n] = n if n < 2 else fib(n - 1) + fib(n - 2)
    return memo[n]


result = [shared, own, defaults, replaced, safe(1), safe(2), order(), order(0, 0),
          [f() for f in lam], lam[1](9), lam[2](s=1), fib(60), len(cache)]
