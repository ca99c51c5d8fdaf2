from dataclasses import FrozenInstanceError, dataclass, field, replace

@dataclass(frozen=True, order=True)
class Version:
    major: int
    minor: int = 0
    label: str = field(default="", compare=False)

    def bump(self):
        return replace(self, minor=self.minor + 1)

@dataclass(slots=True)
class Pixel:
    x: int
    y: int = 0

@dataclass(order=True)
class Task:
    priority: int
    name: str = field(compare=False)

@dataclass(unsafe_hash=True)
class Hashed:
    k: str
    v: int = field(hash=False, default=0)

a, b = Version(1, 2, "a"), Version(1, 2, "b")
out = [a == b, a < b, a <= b, Version(2) > a, repr(a.bump()), len({a, b, Version(1)}), [repr(v) for v in sorted([Version(3), a, Version(0, 9)])], max(Task(1, "z"), Task(5, "a")).name, hash(Hashed("a", 1)) == hash(Hashed("a", 2))]
out += [Pixel.__slots__, hasattr(Pixel(1), "__dict__"), repr(Pixel(1, 2)), Pixel(1) == Pixel(1), Task(1, "x") == Task(1, "y")]
for bad in (lambda: setattr(a, "major", 9), lambda: delattr(a, "minor"), lambda: a < 1, lambda: setattr(Pixel(1), "z", 1), lambda: hash(Task(1, "t")), lambda: a < Task(1, "t"), lambda: replace(a, nope=1)):
    try:
        bad()
    except FrozenInstanceError as e:
        out.append("Frozen " + str(isinstance(e, AttributeError)))
    except (TypeError, AttributeError) as e:
        out.append(type(e).__name__)
result = out
