import json
from collections import OrderedDict

data = {"s": "é\"\\\n\u2028", "n": [0, -1, 1.5, 1e100, 1e-7, 10 ** 25], "b": [True, False, None], "e": [{}, [], ""], 1: "int", None: "none", 2.5: "f", False: "b"}
out = [json.dumps(data), json.dumps(data, ensure_ascii=False, separators=(",", ":")), json.dumps({"b": 1, "a": [1, {"z": 0}], "c": {}}, indent=2, sort_keys=True)]
out.append(json.dumps([1, [2, []]], indent="\t"))
out.append([json.loads(json.dumps(data))[k] for k in ("1", "null", "2.5", "false")])
out.append(json.dumps({(1, 2): 3, "k": 1}, skipkeys=True))
out.append(json.dumps(((1, 2), OrderedDict(z=1, a=2))))
out.append([json.dumps(float(x)) for x in ("inf", "-inf", "nan")])


class Enc(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, (set, frozenset)):
            return sorted(o)
        if isinstance(o, complex):
            return {"re": o.real, "im": o.imag}
        return super().default(o)


out.append(json.dumps({"s": {3, 1, 2}, "c": 1 + 2j}, cls=Enc))
out.append(json.dumps([b"x", 1], default=lambda o: o.decode()))
loop = []
loop.append(loop)
for bad in (lambda: json.dumps({1, 2}), lambda: json.dumps(object(), cls=Enc), lambda: json.dumps(float("nan"), allow_nan=False), lambda: json.dumps({(1,): 1}), lambda: json.dumps(loop)):
    try:
        bad()
    except (TypeError, ValueError) as e:
        out.append(type(e).__name__)
result = out
