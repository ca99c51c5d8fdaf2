from dataclasses import MISSING, dataclass, field, fields, is_dataclass, KW_ONLY, make_dataclass
from typing import ClassVar


@dataclass
class Item:
    name: str
    price: float = 0.0
    tags: list = field(default_factory=list)
    secret: str = field(default="s", repr=False, compare=False)
    count: ClassVar[int] = 0
    _: KW_ONLY
    note: str = field(default="", metadata={"max": 10})

    def total(self, n=1):
        Item.count += 1
        return self.price * n


a, b = Item("pen", 1.5), Item("pen", 1.5, secret="other")
a.tags.append("new")
out = [repr(a), a == b, b == Item("pen", 1.5), b.tags, a.total(3), Item.count, [f.name for f in fields(Item)], is_dataclass(a), is_dataclass(Item), is_dataclass(5), Item.__match_args__]
fs = {f.name: f for f in fields(a)}
out += [fs["note"].metadata["max"], fs["note"].kw_only, fs["name"].default is MISSING, fs["tags"].default_factory is list, fs["price"].default, fs["name"].type in (str, "str"), Item.__doc__.startswith("Item(")]
out += [Item("x", note="n").note, b != "pen", Item.__hash__ is None]


for bad in (lambda: make_dataclass("B", [("xs", list, [])]), lambda: make_dataclass("B", [("x", int, 0), "y"]), lambda: Item(), lambda: Item("a", 1, [], "s", "n"), lambda: Item("a", nope=1), lambda: fields(5), lambda: hash(a), lambda: a < b):
    try:
        bad()
    except Exception as e:
        out.append(type(e).__name__)
result = out
