from dataclasses import dataclass, field, fields
from abc import ABC, abstractmethod

@dataclass
class Base(ABC):
    id: int
    name: str = "b"
    log: list = field(default_factory=list, repr=False)

    def __post_init__(self):
        self.log.append("Base")

    @abstractmethod
    def area(self): ...

@dataclass
class Rect(Base):
    w: float = 1.0
    h: float = 2.0; name: str = "rect"

    def __post_init__(self):
        super().__post_init__()
        self.log.append("Rect")

    def area(self): return self.w * self.h

@dataclass
class Square(Rect):
    h: float = field(init=False)

    def __post_init__(self):
        self.h = self.w
        super().__post_init__()

r, s = Rect(1, w=3), Square(2, "sq", w=4)
try:
    Base(1)
except TypeError:
    err = "TypeError"
result = [repr(r), repr(s), r.area(), s.area(), r.log, s.log, [f.name for f in fields(Square)], r == s, r == Rect(1, "rect", ["Base"], 3), err, Rect(1, "rect", [], 3) == r, isinstance(s, Base)]
