import types

def leaks():
    yield 1
    raise StopIteration("inside")

def cleanup(log):
    try:
        yield 1
        yield 2
    except GeneratorExit:
        log.append("exit")
        raise
    finally:
        log.append("finally")

def stubborn():
    for _ in range(2):
        try:
            yield "no"
        except GeneratorExit:
            pass

out, log = [], []
try:
    list(leaks())
except RuntimeError as e:
    out.append([type(e.__cause__).__name__, e.__cause__.value])
next(c := cleanup(log))
c.close()
s = stubborn()
next(s)
try:
    s.close()
except RuntimeError:
    out.append("ignored exit")
g = (i * i for i in range(3))
result = out + [isinstance(g, types.GeneratorType), next(g), sum(g), list(g), next(g, "dflt"), log]
