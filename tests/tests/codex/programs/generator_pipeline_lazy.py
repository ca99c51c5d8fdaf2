log = []


def source(n):
    for i in range(n):
        log.append("s%d" % i)
        yield i


def keep(pred, it):
    return (x for x in it if pred(x))


def take(n, it):
    for _, x in zip(range(n), it):
        yield x


def window(it, size):
    buf = []
    for x in it:
        buf.append(x)
        if len(buf) == size:
            yield tuple(buf)
            buf.pop(0)


def async_task():
    first = list(take(2, keep(lambda x: x % 3 == 1, source(100))))
    pulled = list(log)
    del log[:]
    lazy = (10 // x for x in source(3))
    before = list(log)
    try:
        next(lazy)
        err = None
    except ZeroDivisionError:
        err = list(lazy)
    return [first, pulled, before, err, list(window("abcde", 3)), list(window([1], 2))]
