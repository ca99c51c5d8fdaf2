import pprint
import io
from collections import OrderedDict, namedtuple

P = namedtuple("P", "x y")
data = {"zeta": list(range(30)), "alpha": {"nested": ["a" * 20, "b" * 20, "c" * 30], "k": (1,)}, "m": None}
out = [pprint.pformat([1, "a", None]), pprint.pformat(data), pprint.pformat(data, width=40), pprint.pformat(data, depth=1), pprint.pformat(data, indent=4, width=60), pprint.pformat(data, compact=True, width=50), pprint.pformat(data, sort_dicts=False, depth=2)]
out += [pprint.pformat((1,)), pprint.pformat({}), pprint.pformat(P(1, "z")), pprint.pformat("word " * 30, width=40), pprint.pformat(b"bytes" * 20, width=40), pprint.pformat({1: "int", "s": 2, None: 3}), pprint.pformat(123456789, underscore_numbers=True)]
loop = [1]
loop.append(loop)
out += [pprint.isrecursive(loop), pprint.isreadable(loop), pprint.isreadable(data), pprint.saferepr({"b": 1, "a": [2]}), "Recursion on list" in pprint.pformat(loop)]
buf = io.StringIO()
pprint.pprint([["x" * 30] * 2, ["y" * 30] * 2], stream=buf, width=50)
pprint.pp({"b": 1, "a": 2}, stream=buf)
out.append(buf.getvalue())
pprint.pprint({"printed": [1, 2, {"deep": True}]})
printer = pprint.PrettyPrinter(indent=2, width=20)
out.append(printer.pformat({"list": ["aaaa", "bbbb", "cccc"], "t": ("x" * 8, "y" * 8)}))


class Repr:
    def __repr__(self):
        return "Repr(\n  multi)"


result = out + [pprint.pformat([Repr(), Repr()]), pprint.pformat([[[[[]]]]], depth=3), pprint.pformat(list("abc") * 20, compact=True, width=30)]
