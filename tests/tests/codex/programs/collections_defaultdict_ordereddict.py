from collections import OrderedDict, defaultdict

groups, tree = defaultdict(list), lambda: defaultdict(tree)
for w in "apple avocado bean cherry beet cat".split():
    groups[w[0]].append(w)
t = tree()
t["a"]["b"]["c"] = 1
t["a"]["d"]
n = defaultdict(int, x=5)
n["y"] += 2
probe = [n.get("q"), "q" in n, n["q"], "q" in n, n.pop("q"), n.default_factory is int]
none = defaultdict(None, a=1)
out = [dict(groups), [list(t), sorted(t["a"])], dict(n), probe, repr(defaultdict(list, a=[1])), type(n.copy()).__name__, n == {"x": 5, "y": 2}, dict(n | {"z": 1})]
try:
    none["b"]
except KeyError as e:
    out.append(e.args[0])
try:
    defaultdict(5)
except TypeError:
    out.append("TypeError")
o = OrderedDict([("a", 1), ("b", 2), ("c", 3)])
o["a"] = 10
o.move_to_end("a")
o.move_to_end("c", last=False)
out += [list(o.items()), o.popitem(), o.popitem(last=False), list(o), list(reversed(OrderedDict.fromkeys("xyz"))), repr(OrderedDict(k=1)) in ("OrderedDict([('k', 1)])", "OrderedDict({'k': 1})")]
p, q = OrderedDict(a=1, b=2), OrderedDict(b=2, a=1)
out += [p == q, p == {"b": 2, "a": 1}, dict(p) == dict(q), list(p | {"z": 0}), p.setdefault("n", 5), list(p), isinstance(p, dict)]
for bad in (lambda: o.move_to_end("zz"), lambda: OrderedDict().popitem()):
    try:
        bad()
    except KeyError:
        out.append("KeyError")
result = out
