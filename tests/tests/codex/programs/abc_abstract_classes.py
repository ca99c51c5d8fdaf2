from abc import ABC, ABCMeta, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, MutableSequence, Set, Sized

class Shape(ABC):
    @abstractmethod
    def area(self):
        return 1
    @property
    @abstractmethod
    def name(self): ...
    @staticmethod
    @abstractmethod
    def make(): ...

class Half(Shape):
    def area(self): return super().area() + 1

class Full(Half):
    name = "full"
    make = staticmethod(lambda: Full())

class Quack(metaclass=ABCMeta):
    @classmethod
    def __subclasshook__(cls, c):
        return True if any("quack" in b.__dict__ for b in c.__mro__) else NotImplemented

class Chars(Set):
    def __init__(self, s): self.s = "".join(dict.fromkeys(s))
    def __contains__(self, c): return c in self.s
    def __iter__(self): return iter(self.s)
    def __len__(self): return len(self.s)

Duck, Robot = type("Duck", (), {"quack": 1}), type("Robot", (), {})
out = [isinstance(Duck(), Quack), isinstance(Robot(), Quack), Quack.register(Robot) is Robot, isinstance(Robot(), Quack), Full.make().area(), sorted(Shape.__abstractmethods__), sorted(Half.__abstractmethods__), Full.__abstractmethods__ == frozenset()]
out += ["".join(Chars("abcb") & Chars("bcd")), "".join(Chars("ab") | Chars("c")), "".join(Chars("abc") - Chars("b")), Chars("ab") <= Chars("bca"), Chars("ab") == {"a", "b"}, Chars("a").isdisjoint("xyz"), len(Chars("ab") ^ Chars("bc"))]
out += [isinstance([], MutableSequence), isinstance((), Hashable), isinstance([], Hashable), isinstance(len, Callable), isinstance(iter([]), Iterator), isinstance({}, Mapping), issubclass(dict, Sized), isinstance("", Iterable), isinstance(5, Iterable)]
for bad in (Shape, Half, lambda: Chars("a") | 5, Mapping, lambda: type("M", (Mapping,), {"__len__": len})()):
    try:
        bad()
    except TypeError:
        out.append("TypeError")
result = out
