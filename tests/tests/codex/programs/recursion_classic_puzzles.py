def hanoi(n, a="A", b="B", c="C"):
    return [] if n == 0 else hanoi(n - 1, a, c, b) + [a + c] + hanoi(n - 1, b, a, c)


def permutations(s):
    if len(s) <= 1:
        yield s
    for i, ch in enumerate(s):
        for rest in permutations(s[:i] + s[i + 1:]) if len(s) > 1 else ():
            yield ch + rest


def queens(n, row=0, cols=(), out=None):
    out = [] if out is None else out
    if row == n:
        out.append(cols)
    for c in range(n):
        if all(c != k and abs(c - k) != row - r for r, k in enumerate(cols)):
            queens(n, row + 1, cols + (c,), out)
    return out


def ack(m, n):
    return n + 1 if m == 0 else ack(m - 1, 1 if n == 0 else ack(m, n - 1))


is_even = lambda n: n == 0 or is_odd(n - 1)
is_odd = lambda n: n != 0 and is_even(n - 1)
def forever(n):
    return forever(n + 1)


try:
    forever(0)
except RecursionError as e:
    deep = isinstance(e, RuntimeError)
loop = [1]
loop.append(loop)
result = [hanoi(3), list(permutations("abc")), queens(5)[:3], len(queens(6)), ack(2, 3), is_even(40), is_odd(40), deep, repr(loop)]
