from enum import Enum, IntEnum, StrEnum, unique


class Color(Enum):
    RED = 1
    GREEN = 2
    CRIMSON = 1
    BLUE = 3

    @classmethod
    def _missing_(cls, value):
        return cls.__members__.get(str(value).upper())

    def mix(self, other):
        return Color((self.value + other.value - 1) % 3 + 1)


class Planet(Enum):
    EARTH = (5.97, 6.37)
    MARS = (0.64, 3.39)

    def __init__(self, mass, radius):
        self.mass = mass

    @property
    def heavy(self):
        return self.mass > 1


Size = IntEnum("Size", "S M L", start=10)
Mode = StrEnum("Mode", ["READ", "WRITE"])
out = [str(Color.RED), repr(Color.BLUE), [c.name for c in Color], list(Color.__members__), Color(2).name, Color["CRIMSON"] is Color.RED, Color("blue").name, Color.RED.mix(Color.GREEN).name, len(Color), Color.RED in Color, Color.RED == 1, Planet.MARS.heavy, Planet((5.97, 6.37)).name]
out += [Size.M + 1, Size.L > Size.S, str(Size.S), repr(Size.M), f"{Size.L}", sorted(Size)[0].name, Mode.READ == "read", Mode.WRITE.upper(), f"{Mode.READ}", [m.value for m in Mode], isinstance(Color.RED, Color), [c.name for c in reversed(Color)], {Color.RED: 1}[Color.CRIMSON], bool(Color.RED), Color.RED.__class__.__name__]
for bad in (lambda: Color(9), lambda: Color["X"], lambda: Color.RED < Color.GREEN, lambda: setattr(Color, "RED", 5), lambda: type("Sub", (Color,), {}), lambda: unique(Color), lambda: Color.NOPE, lambda: Color.RED + 1):
    try:
        bad()
        out.append("ok")
    except Exception as e:
        out.append(type(e).__name__)
result = out
