from dataclasses import dataclass
from enum import Enum

class Color(Enum):
    RED = 1
    BLUE = 2

@dataclass
class Point:
    x: int
    y: int = 0

@dataclass
class Line:
    a: Point
    b: Point
    color: Color = Color.RED

class Plain:
    __match_args__ = ("size",)

    def __init__(self, size):
        self.size = size

def m(v):
    match v:
        case Point(0, 0): return "origin"
        case Point(x, y=0): return "on x axis at %d" % x
        case Point(x=x) if x > 10: return "far"
        case Line(Point(a, _), Point(b, _), color=Color.BLUE): return "blue %d-%d" % (a, b)
        case Line(a=Point() as p): return "line from %d,%d" % (p.x, p.y)
        case Plain("big" | "huge"): return "large"
        case Plain(size=[_, *_] as s): return "seq %d" % len(s)
        case Color.RED | Color.BLUE as c: return c.name
        case dict(d) | list(d): return len(d)
    return None

P = Point
result = [m(v) for v in (P(0), P(5), P(11, 2), P(1, 1), Line(P(1), P(2), Color.BLUE), Line(P(3, 4), P(0)),
                         Plain("huge"), Plain([1, 2]), Plain("x"), Color.BLUE, {"a": 1}, [1, 2], Point)]
