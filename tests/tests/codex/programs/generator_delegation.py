def leaf(name, n):
    got = []
    try:
        for i in range(n):
            got.append((yield "%s%d" % (name, i)))
    except KeyError as e:
        got.append("caught")
        yield "recovered"
    return got


def tree():
    a = yield from leaf("a", 2)
    b = yield from leaf("b", 3)
    c = yield from "xy"
    d = yield from [9]
    return {"a": a, "b": b, "c": c, "d": d}


def async_task():
    g = tree()
    seen = [next(g), g.send(1), g.send(2), g.throw(KeyError("k"))]
    while True:
        try:
            seen.append(next(g))
        except StopIteration as stop:
            final = stop.value
            break

    def flatten(x):
        for item in x:
            if isinstance(item, list):
                yield from flatten(item)
            else:
                yield item
    return [seen, final, list(flatten([1, [2, [3, [], [4]]], 5])), list(flatten([[[]]]))]
