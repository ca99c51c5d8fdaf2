from typing import Generic, Protocol, TypeVar, overload, final, runtime_checkable

T, K = TypeVar("T"), TypeVar("K", int, str)

@runtime_checkable
class Sized2(Protocol):
    def size(self) -> int: ...

class Static(Protocol):
    name: str

class Box(Generic[T]):
    def __init__(self, v: T):
        self.v = v

    def size(self) -> int:
        return 1

class IntBox(Box[int]): pass

class Pair(Box[T], Generic[T, K]):
    pass

class Impl(Sized2):
    def size(self):
        return super().size() or 7

@overload
def conv(x: int) -> str: ...
@overload
def conv(x: str) -> int: ...
def conv(x): return str(x) if isinstance(x, int) else int(x)

out = [isinstance(Box(1), Sized2), isinstance(3, Sized2), issubclass(IntBox, Sized2), Impl().size(), Box[int](5).v, Box[str].__origin__ is Box, IntBox.__orig_bases__[0] == Box[int], [p.__name__ for p in Pair.__parameters__], [c.__name__ for c in IntBox.__mro__], Pair[str, int].__args__ == (str, int), conv(5), conv("5"), T.__name__, [c.__name__ for c in K.__constraints__]]
for bad in (lambda: isinstance(1, Static), lambda: Sized2(), lambda: Box[int, str], lambda: Generic[int], lambda: IntBox[int], lambda: Pair[int]):
    try:
        out.append(type(bad()).__name__)
    except TypeError:
        out.append("TypeError")
result = out
