total = 0
names = []

def add(n):
    global total, created
    total += n
    created = names.append(n) or len(names)

def shadow():
    total = "local"
    return total, globals()["total"]

def remove():
    x = [1, 2, 3]
    y = x
    del x[0], y[-1]
    del x
    try:
        x
    except UnboundLocalError:
        return y
    return "still"

def async_task():
    global created
    out = []
    for n in (3, 4):
        add(n)
    out += [total, created, list(shadow()), remove()]
    del created
    try:
        created
    except NameError as e:
        out.append(e.name)
    globals()["dynamic"] = 12
    d, l, o = {"a": 1, "b": 2}, list(range(6)), type("O", (), {})()
    o.attr = 1
    del d["a"], l[1::2], o.attr
    out += [dynamic, d, l, vars(o), sorted(k for k in locals() if len(k) == 1)]
    return out
