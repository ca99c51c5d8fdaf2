from functools import singledispatch, singledispatchmethod
from collections import OrderedDict
from collections.abc import Sequence

@singledispatch
def show(x, *rest):
    return "obj:" + type(x).__name__

@show.register
def _(x: int, *rest):
    return "int:%d" % x

@show.register(str)
def show_str(x, *rest):
    return "str:" + x

@show.register(list)
@show.register(tuple)
def _(x, *rest):
    return "[" + " ".join(show(v) for v in x) + "]"

show.register(dict, lambda x, *rest: "{" + ",".join(show(k) + "=" + show(v) for k, v in x.items()) + "}")
show.register(Sequence, lambda x, *rest: "seq:%d" % len(x))

class Neg:
    @singledispatchmethod
    def neg(self, arg):
        return NotImplemented is None

    @neg.register
    def _(self, arg: int):
        return -arg

    @neg.register(str)
    def _(self, arg):
        return arg[::-1]

result = [show(5), show(True), show("s"), show([1, ("a", 2.5)]), show({"k": [1]}), show(None), show(range(3)), show(OrderedDict(z=1)), show(b"ab"), show_str("direct"), show.dispatch(bool)(3), show.dispatch(float) is show.dispatch(object), len(show.registry), Neg().neg(4), Neg().neg("abc"), Neg().neg(1.5), show(1, 2, 3)]
