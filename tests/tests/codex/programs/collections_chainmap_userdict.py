from collections import ChainMap, UserDict, UserList, UserString

base, env, cli = {"color": "red", "user": "guest", "debug": 0}, {"user": "env"}, {}
cm = ChainMap(cli, env, base)
cm["debug"] = 1
out = [cm["user"], cm["color"], cli, base["debug"], len(cm), sorted(cm), dict(cm) == {"color": "red", "user": "env", "debug": 1}, [sorted(m) for m in cm.maps], cm.get("none", "d"), "user" in cm]
child = cm.new_child({"color": "blue"})
out += [child["color"], child.parents["color"], len(child.maps), cm.parents["user"], list(ChainMap({"a": 1}, {"b": 2, "a": 3}).items()), child.pop("color"), child["color"]]
for bad in (lambda: cm["zzz"], lambda: cm.pop("color"), lambda: cm.__delitem__("user"), lambda: ChainMap().popitem()):
    try:
        bad()
    except KeyError:
        out.append("KeyError")
out.append(dict(ChainMap({"a": 1}) | {"b": 2}))


class Upper(UserDict):
    def __setitem__(self, k, v):
        super().__setitem__(k.upper(), v)

    def __missing__(self, k):
        return "missing " + k


class Log(UserList):
    def append(self, x):
        super().append(("log", x))


u, l = Upper(a=1, b=2), Log([1])
u.update(c=3)
l.append(2)
s = UserString("abc")
result = out + [sorted(u.items()), u["zz"], "A" in u, u.data == dict(u), list(l), type(l[:1]).__name__, list(l + [3]), (s + "d").data, s.upper() == "ABC", type(s.upper()).__name__, s[1].data, "b" in s, len(s)]
