from itertools import count, cycle, dropwhile, filterfalse, islice, repeat, takewhile

out = [list(islice(count(5), 3)), list(islice(count(10, -4), 4)), list(islice(count(0.5, 0.25), 3)), list(islice(cycle("ab"), 5)), list(repeat("x", 3)), list(repeat(1, 0)), list(cycle([]))]
out += [list(islice("abcdefg", 2, None, 2)), list(islice("abc", 0)), list(islice("abcdef", 1, 4)), list(islice([], 5)), list(islice(range(10), 8, 3))]
out += [list(takewhile(lambda x: x < 3, [1, 2, 3, 1])), list(dropwhile(lambda x: x < 3, [1, 2, 3, 1])), list(filterfalse(None, [0, 1, "", "a"])), list(filterfalse(lambda x: x % 2, range(6)))]
it = iter(range(10))
out += [list(islice(it, 3)), next(it), list(takewhile(lambda x: x < 6, it)), list(it)]
out += [list(map(pow, count(1), repeat(2, 4))), list(zip(count(), "abc")), repr(count(3)), repr(count(1, 2)), repr(repeat("z", 2)), list(zip(range(2), cycle([0, 1])))]
big = count(2 ** 63 - 1)
out.append([next(big), next(big)])
for bad in (lambda: islice([1], -1), lambda: islice([1], 0, 5, 0), lambda: count("a"), lambda: islice([1], "x"), lambda: cycle(5), lambda: repeat(), lambda: next(islice([], 1))):
    try:
        bad()
        out.append("ok")
    except Exception as e:
        out.append(type(e).__name__)


def primes():
    found = []
    for n in count(2):
        if all(n % p for p in takewhile(lambda p: p * p <= n, found)):
            found.append(n)
            yield n


result = out + [list(islice(primes(), 12)), next(dropwhile(lambda p: p < 100, primes()))]
