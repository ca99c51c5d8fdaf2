import typing
from typing import Annotated, Any, Callable, Literal, Optional, Union, get_args, get_origin, get_type_hints


def f(a: int, b: "str" = "x", *args: float, k: Optional[int] = None, **kw: "list[int]") -> "dict[str, Any]":
    c: int = 1
    return {}


class Base:
    x: int
    y: "str" = "d"


class Sub(Base):
    y: bytes
    z: Annotated[int, "meta", 5]

    def method(self, other: "Base") -> None:
        pass


def name(t):
    return getattr(t, "__name__", None) or str(t)


h = get_type_hints(f)
out = [{k: name(v) for k, v in h.items() if k not in ("k", "kw", "return")}, get_args(h["k"])[0] is int, h["kw"] == list[int], get_args(h["return"])[0].__name__, get_args(h["return"])[1] is Any]
out += [{k: name(v) for k, v in get_type_hints(Sub, globals()).items()}, get_type_hints(Sub, globals(), include_extras=True)["z"].__metadata__, list(Sub.__annotations__), "y" in Base.__dict__, hasattr(Base, "x"), name(get_type_hints(Sub.method)["other"]), get_type_hints(Sub.method)["return"] is type(None)]
out += [get_origin(list[int]) is list, get_origin(Union[int, str]) is Union, [name(a) for a in get_args(Union[int, str, int])], get_args(Literal["a", 1, "a"]), get_origin(int) is None, get_args(int), get_args(Callable[[int, str], bool])[0] == [int, str], get_args(tuple[int, ...])[1] is ..., Union[int] is int, Optional[None] is type(None), Union[int, str] == Union[str, int], (int | str) == Union[int, str]]
out += [isinstance(3, int | str), isinstance(2.5, int | str), issubclass(bool, int | None), typing.cast(int, "not int"), typing.TYPE_CHECKING, Union[int, Union[str, float]] == Union[int, str, float], f.__annotations__["b"], Annotated[int, 1].__origin__ is int]
for bad in (lambda: isinstance([], list[int]), lambda: get_type_hints(type("Q", (), {"__annotations__": {"q": "Missing"}})), lambda: typing.List[1, 2, 3], lambda: Optional[1]):
    try:
        bad()
        out.append("ok")
    except Exception as e:
        out.append(type(e).__name__)
result = out
