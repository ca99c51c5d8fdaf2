class NonData:
    def __get__(self, obj, owner):
        return "nondata of " + (owner.__name__ if obj is None else "instance")


class Data(NonData):
    def __set__(self, obj, value):
        obj.__dict__["d"] = ("stored", value)

    def __delete__(self, obj):
        obj.__dict__.pop("d", None)


class C:
    n = NonData()
    d = Data()


def async_task():
    c = C()
    out = [c.n, c.d, C.n]
    c.n = "shadow"
    c.d = 5
    out += [c.n, c.d, list(c.__dict__["d"])]
    del c.d
    out.append("d" in c.__dict__)
    del c.n
    out.append(c.n)
    try:
        del c.n
    except AttributeError:
        out.append("AttributeError")
    f = C.__dict__["n"].__get__(None, C)
    out.append(f)
    method = str.upper.__get__("abc")
    out.append(method())
    return out
