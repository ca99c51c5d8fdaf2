import types


class Box:
    def __class_getitem__(cls, item):
        names = item if isinstance(item, tuple) else (item,)
        return "%s[%s]" % (cls.__name__, ", ".join(getattr(n, "__name__", str(n)) for n in names))


class Sub(Box):
    pass


class Alias:
    __class_getitem__ = classmethod(types.GenericAlias)


class Meta(type):
    def __getitem__(cls, i):
        return "meta %r" % (i,)


class M(metaclass=Meta):
    def __class_getitem__(cls, i):
        return "class"


a = Alias[int, "x"]
result = [Box[int], Box[int, str], Sub[3], M[1, 2], M["a"],
          a.__origin__ is Alias, [getattr(t, "__name__", t) for t in a.__args__],
          isinstance(a(), Alias), str(list[int]), list[int]([1, 2]), dict[str, int] == dict[str, int]]
