log = []

def averager():
    total = count = 0
    value = None
    while True:
        try:
            value = yield (total / count if count else None)
            if value is None:
                return [total, count]
            total += value
            count += 1
        except ValueError as e:
            log.append("reset " + str(e))
            total = count = 0
        finally:
            log.append("loop")

def async_task():
    g = averager()
    out = [next(g), g.send(10), g.send(30), g.throw(ValueError("bad")), g.send(7)]
    try:
        g.send(None)
    except StopIteration as s:
        out.append(s.value)
    try:
        next(g)
    except StopIteration as s:
        out.append(s.value)
    h = averager()
    try:
        h.send(3)
    except TypeError:
        out.append("TypeError")
    next(h)
    h.close()
    h.close()
    out.append(list(h))
    return [out, log]
