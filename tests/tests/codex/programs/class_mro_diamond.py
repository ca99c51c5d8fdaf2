class Root:
    def who(self):
        return ["Root"]


class Left(Root):
    def who(self):
        return ["Left"] + super().who()


class Right(Root):
    def who(self):
        return ["Right"] + super().who()


class Mixin:
    def who(self):
        return ["Mixin"] + super().who()


class Bottom(Left, Mixin, Right):
    def who(self):
        return ["Bottom"] + super().who()


def async_task():
    out = {"mro": [c.__name__ for c in Bottom.__mro__], "who": Bottom().who()}
    out["skip"] = super(Left, Bottom()).who()
    try:
        type("Bad", (Root, Left), {})
    except TypeError:
        out["bad"] = "TypeError"
    try:
        Mixin().who()
    except AttributeError as e:
        out["alone"] = type(e).__name__
    out["bases"] = [b.__name__ for b in Bottom.__bases__]
    out["sub"] = sorted(c.__name__ for c in Root.__subclasses__())
    return out
