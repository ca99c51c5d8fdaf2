import copy

class Node:
    def __init__(self, v, nxt=None):
        self.v, self.nxt = v, nxt

class Custom:
    def __init__(self, n):
        self.n, self.log = n, []

    def __copy__(self):
        new = Custom(self.n + 1)
        new.log = self.log + ["copy"]
        return new

    def __deepcopy__(self, memo):
        return Custom(self.n * 10)

class Slots:
    __slots__ = ("a", "b")

inner = [1, 2]
orig = {"x": inner, "y": inner, "t": (inner, "s"), "f": (1, 2)}
sh, dp = copy.copy(orig), copy.deepcopy(orig)
inner.append(3)
out = [sh["x"], dp["x"], dp["x"] is dp["y"], dp["t"][0] is dp["x"], dp["f"] is orig["f"], sh is orig, sh == orig]
a = Node(1)
a.nxt = Node([2], a)
b, c = copy.deepcopy(a), copy.copy(a)
out += [b.nxt.nxt is b, b.nxt is a.nxt, c.nxt is a.nxt, b.nxt.v == [2], b.nxt.v is a.nxt.v]
loop = [0]
loop.append(loop)
d = copy.deepcopy(loop)
s = Slots()
s.a = [1]
t = copy.deepcopy(s)
out += [d[1] is d, d is loop, t.a == [1], t.a is s.a, hasattr(t, "b"), copy.copy(Custom(5)).n, copy.copy(Custom(5)).log, copy.deepcopy([Custom(5)])[0].n, copy.copy(Node) is Node, copy.deepcopy(len) is len, copy.copy((1,)) == (1,)]
result = out + [sorted(copy.deepcopy({1, 2})), copy.copy(bytearray(b"x")).decode(), type(copy.copy(frozenset())).__name__, copy.deepcopy(range(3)) == range(3), copy.copy(None)]
