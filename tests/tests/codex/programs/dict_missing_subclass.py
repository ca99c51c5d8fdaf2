class Default(dict):
    def __missing__(self, key):
        if isinstance(key, int):
            self[key] = key * key
            return self[key]
        raise KeyError("no " + str(key))


class Lower(dict):
    def __setitem__(self, k, v):
        super().__setitem__(k.lower(), v)

    def __getitem__(self, k):
        return super().__getitem__(k.lower())

    def __contains__(self, k):
        return super().__contains__(k.lower())


d = Default(a=1)
out = [d["a"], d[4], d[5], d.get(6), 6 in d, list(d.items())]
try:
    d["zz"]
except KeyError as e:
    out.append(e.args[0])
low = Lower()
low["ABC"] = 1
low.update(XYZ=2)
out += [low["abc"], low["aBc"], "ABC" in low, list(low), low.get("ABC"), sorted(low.keys())]
copy = d.copy()
out += [type(copy).__name__, type(low | {}).__name__, isinstance(d, dict), "%(a)s %(b)s" % type("D", (dict,), {"__missing__": lambda s, k: k.upper()})(a=1)]
out.append("{x} {y}".format_map(type("F", (dict,), {"__missing__": lambda s, k: "<" + k + ">"})(x=1)))
result = out
