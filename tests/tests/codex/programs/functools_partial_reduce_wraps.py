from functools import partial, partialmethod, reduce, update_wrapper, wraps

class Light:
    def __init__(self):
        self.state = "off"

    def set(self, state, level=1):
        self.state = "%s:%d" % (state, level)
        return self
    on = partialmethod(set, "on")
    dim = partialmethod(set, "dim", level=0)

def trace(*args, **kw):
    """Trace doc."""
    return [list(args), sorted(kw.items())]

trace.tag = "T"
p = partial(trace, 1, a=2)
q = partial(p, 3, a=9, b=4)

@wraps(trace)
def wrapped(*a):
    return trace(*a)

def bare():
    pass

update_wrapper(bare, trace, assigned=("__doc__",), updated=())
out = [p(5, c=6), q(7), q.args, sorted(q.keywords.items()), q.func is trace, p(a=0), list(map(partial(pow, 2), range(5))), partial(int, base=2)("101")]
out += [Light().on().state, Light().on(5).state, Light().dim().state, Light().dim(level=7).state, wrapped.__name__, wrapped.__doc__, wrapped.tag, wrapped.__wrapped__ is trace, bare.__name__, bare.__doc__, hasattr(bare, "tag")]
out += [reduce(lambda a, b: a * b, range(1, 6)), reduce(lambda a, b: a + [b], "abc", []), reduce(max, [3]), reduce(None, [], "init"), reduce(lambda f, g: lambda x: g(f(x)), [str, len, hex])(12345), reduce(lambda a, b: b - a, [1, 5, 20])]
for bad in (lambda: reduce(max, []), lambda: partial(), lambda: partial(5), lambda: reduce(max, 5), lambda: p.func()()):
    try:
        bad()
    except TypeError:
        out.append("TypeError")
result = out
