class Countdown:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return CountIter(self.n)

    def __reversed__(self):
        return iter(range(1, self.n + 1))


class CountIter:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n <= 0:
            raise StopIteration
        self.n -= 1
        return self.n + 1


c = Countdown(3)
it = iter(c)
out = [list(c), list(c), list(it), list(it), list(reversed(c)), max(c), 2 in c, 7 in c, sum(c), [*c], dict(zip(c, "abc"))[3]]
a, b, *_ = c
vals = iter([5, 4, 0, 9])
out += [a, b, list(iter(lambda: next(vals), 0)), next(vals), next(vals, None), list(enumerate(c, 10)), list(map(pow, c, [2, 2])), list(zip(c, c))]
same = iter("abcd")
out.append(list(zip(same, same)))
for bad in (lambda: list(zip(c, [1], strict=True)), lambda: iter(5), lambda: iter(object), lambda: next([])):
    try:
        bad()
    except (TypeError, ValueError) as e:
        out.append(type(e).__name__)
result = out + [all(c), any([]), all([]), list(filter(None, [0, 1, "", "a", [], [0]]))]
