import functools

def repeat(times, *, collect=list):
    def wrap(fn):
        @functools.wraps(fn)
        def inner(*args, **kw):
            return collect(fn(*args, **kw) for _ in range(times))
        inner.times = times
        return inner
    return wrap

def tag(name):
    def wrap(fn):
        @functools.wraps(fn)
        def inner(*a, **k):
            return "<%s>%s</%s>" % (name, fn(*a, **k), name)
        return inner
    return wrap

@repeat(3)
@tag("b")
def hello(who="you"):
    """Say hello."""
    return "hi " + who

@repeat(0, collect=tuple)
def never():
    return 1 / 0

@(lambda f: {"fn": f.__name__, "value": f(4)})
def square(n):
    return n * n

result = [hello(), hello(who="me"), hello.__name__, hello.__doc__, hello.times,
          never(), hello.__wrapped__("x"), square]
