from typing import NamedTuple, NewType, Required, NotRequired, TypedDict, get_type_hints

class Emp(NamedTuple):
    """Employee."""
    name: str
    id: int = 3

    def label(self): return "%s#%d" % (self.name, self.id)

    @property
    def boss(self):
        return self.id == 1

class Movie(TypedDict):
    title: str
    year: int

class Full(Movie, total=False):
    rating: float
    studio: Required[str]

class Opt(TypedDict):
    a: int
    b: NotRequired[str]

UserId = NewType("UserId", int)
Old = NamedTuple("Old", [("a", int), ("b", str)])
Alt = TypedDict("Alt", {"in": int, "x-y": str})
e = Emp("Bo")
m: Movie = {"title": "T", "year": "not checked"}
n = Movie(title="A", year=1)
out = [repr(e), e.label(), e._replace(id=1).boss, e == ("Bo", 3), Emp._field_defaults, Emp._fields, Emp.__doc__, sorted(get_type_hints(Emp)), isinstance(e, tuple), repr(Old(1, "z")), e._asdict()]
out += [m, n, type(n).__name__, sorted(Full.__required_keys__), sorted(Full.__optional_keys__), sorted(Opt.__required_keys__), Movie.__total__, Full.__total__, sorted(get_type_hints(Full)), Alt(**{"in": 1}), UserId(5) + 1, UserId.__name__, UserId.__supertype__ is int]
for bad in (lambda: Emp(), lambda: isinstance({}, Movie), lambda: Emp("a", 1, 2), lambda: setattr(e, "name", "x")):
    try:
        bad()
        out.append("ok")
    except (TypeError, AttributeError) as x:
        out.append(type(x).__name__)
result = out
