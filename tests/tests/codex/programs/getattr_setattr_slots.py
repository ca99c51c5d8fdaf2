class Proxy:
    def __init__(self, target):
        object.__setattr__(self, "_t", target)
        object.__setattr__(self, "log", [])

    def __getattr__(self, name):
        self.log.append("get " + name)
        return getattr(self._t, name)

    def __setattr__(self, name, value):
        self.log.append("set " + name)
        setattr(self._t, name, value)

    def __delattr__(self, name):
        self.log.append("del " + name)
        delattr(self._t, name)

class Slotted:
    __slots__ = ("a", "b")

class Child(Slotted):
    __slots__ = ("c",)

class Open(Slotted):
    pass

def attempt(fn):
    try:
        return fn()
    except AttributeError:
        return "AttributeError"

s, c, o, p = Slotted(), Child(), Open(), Proxy(Open())
p.a = 1
p.extra = p.a + 1
del p.a
c.a, c.c, o.a, o.free = 1, 3, 5, 6
result = [p.extra, attempt(lambda: p.a), p.log, attempt(lambda: s.a), attempt(lambda: setattr(s, "z", 1)), attempt(lambda: setattr(c, "z", 1)),
          c.a + c.c, hasattr(c, "__dict__"), o.__dict__, getattr(s, "b", "dflt"), hasattr(s, "b"), attempt(lambda: delattr(s, "a"))]
