class Typed:
    def __init__(self, kind, default=None):
        self.kind, self.default = kind, default

    def __set_name__(self, owner, name):
        self.name = name
        owner.fields = getattr(owner, "fields", ()) + ((name, owner.__name__),)

    def __get__(self, obj, owner=None):
        if obj is None:
            return self
        return obj.__dict__.get(self.name, self.default)

    def __set__(self, obj, value):
        if not isinstance(value, self.kind):
            raise TypeError(self.name)
        obj.__dict__[self.name] = value


class Point:
    x = Typed(int, 0)
    y = Typed((int, float), 1.5)


class Point3(Point):
    z = Typed(str)


def async_task():
    p = Point3()
    p.x = 3
    out = [p.x, p.y, p.z, [list(f) for f in Point3.fields], len(Point.fields)]
    for name, bad in (("x", "3"), ("y", None), ("z", 4)):
        try:
            setattr(p, name, bad)
        except TypeError as e:
            out.append(str(e))
    p.__dict__["x"] = "raw"
    return out + [p.x, Point.x.kind.__name__]
