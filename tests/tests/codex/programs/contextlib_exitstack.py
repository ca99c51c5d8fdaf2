from contextlib import ContextDecorator, ExitStack, contextmanager

log = []

@contextmanager
def res(name, fail=False):
    if fail:
        raise OSError(name)
    log.append("+" + name)
    try:
        yield name
    finally:
        log.append("-" + name)

class Timed(ContextDecorator):
    def __enter__(self):
        log.append("start")
        return self
    def __exit__(self, *exc):
        log.append("stop %s" % (exc[0] and exc[0].__name__))
        return exc[0] is ZeroDivisionError

@Timed()
def divide(a, b):
    return a // b

with ExitStack() as stack:
    names = [stack.enter_context(res(n)) for n in "abc"]
    stack.callback(log.append, "callback")
    stack.push(lambda *exc: log.append("push %s" % (exc[0] and exc[0].__name__)) or True)
    raise KeyError("swallowed by push")
try:
    with ExitStack() as stack:
        for i, n in enumerate("xyz"):
            stack.enter_context(res(n, fail=i == 2))
except OSError as e:
    log.append("OSError %s" % e)
with ExitStack() as stack:
    stack.enter_context(res("kept"))
    later = stack.pop_all()
log.append("still open")
later.close()
result = [names, divide(7, 2), divide(1, 0), log]
