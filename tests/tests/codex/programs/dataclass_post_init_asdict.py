from dataclasses import InitVar, asdict, astuple, dataclass, field, make_dataclass, replace
from typing import Optional


@dataclass
class Point:
    x: int
    y: int


@dataclass
class Shape:
    pts: list
    scale: InitVar[int] = 1
    by_name: dict = field(default_factory=dict)
    size: int = field(init=False, default=-1)
    parent: Optional["Shape"] = None

    def __post_init__(self, scale):
        self.pts = [Point(p.x * scale, p.y * scale) for p in self.pts]
        self.size = len(self.pts)


s = Shape([Point(1, 2), Point(3, 4)], 10)
child = Shape([], by_name={"origin": Point(0, 0)}, parent=s)
d = asdict(child)
d["parent"]["pts"][0]["x"] = "changed"
out = [asdict(s), d, s.pts[0].x, astuple(s), astuple(child)[1], repr(child), s.size]
moved = replace(Point(1, 2), y=5)
out += [repr(moved), asdict(moved, dict_factory=lambda kv: [list(p) for p in kv]), repr(replace(s, scale=2, pts=[Point(5, 5)]))]
Dyn = make_dataclass("Dyn", ["a", ("b", int), ("c", list, field(default_factory=list))], namespace={"sum": lambda self: self.a + self.b}, frozen=True)
v = Dyn(1, 2)
out += [repr(v), v.sum(), hash(Dyn(1, 2, ())) == hash(Dyn(1, 2, ()))]
for bad in (lambda: asdict(Shape), lambda: replace(5), lambda: astuple([1]), lambda: make_dataclass("B", ["class"]), lambda: make_dataclass("B", ["a", "a"]), lambda: Shape([Point(1, 1)], size=2)):
    try:
        bad()
        out.append("ok")
    except Exception as e:
        out.append(type(e).__name__)
result = out
