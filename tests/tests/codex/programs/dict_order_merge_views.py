d = {"b": 1, "a": 2}
d["c"] = 3
d["b"] = 9
del d["a"]
d["a"] = 4
other = {"z": 0, "b": -1}
merged, flipped = d | other, other | d
copy = d.copy()
d |= [("k", 1), ("c", 8)]
keys, vals, items = d.keys(), d.values(), d.items()
snapshot = [list(keys), list(vals), list(reversed(d))]
d["late"] = 5
out = [list(merged.items()), list(flipped.items()), copy, snapshot, len(keys), "late" in keys, ("late", 5) in items, 5 in vals]
out += [sorted(keys & {"a", "zz"}), sorted(keys - {"a", "b", "c"}), sorted(keys ^ {"a", "q"}), keys == set(d), keys.isdisjoint(["nope"])]
out += [d.pop("late"), d.pop("none", "dflt"), d.popitem(), d.setdefault("c", 0), d.setdefault("new"), d.get("x"), d.get("x", 1)]
out += [dict.fromkeys("abca", 0), dict([("x", 1)], y=2), dict(zip("pq", range(2))), {1: "a", 1.0: "b", True: "c"} == {1: "c"}]
d.update({"u": 1}, v=2)
out += [list(d.items()), {"a": 1, "b": 2} == {"b": 2, "a": 1}]
for bad in (lambda: d["missing"], lambda: {[]: 1}, lambda: {}.popitem(), lambda: d.pop("gone"), lambda: dict([1]), lambda: [d.update(q=1) or d.__setitem__(k + "!", 1) for k in d]):
    try:
        bad()
    except Exception as e:
        out.append(type(e).__name__)
result = out
