class Singleton(type):
    _made = {}

    def __call__(cls, *a, **k):
        if cls not in cls._made:
            cls._made[cls] = super().__call__(*a, **k)
        return cls._made[cls]

    def __instancecheck__(cls, obj):
        return hasattr(obj, "config") or super().__instancecheck__(obj)


class Config(metaclass=Singleton):
    def __init__(self, v=0):
        self.config = v


class Other(Config):
    pass


class Other2(type):
    pass


class Duck:
    config = None


out = [Config(1).config, Config(2).config, Other(3).config, Config() is Config(), Other() is Config()]
out += [isinstance(Duck(), Config), isinstance(3, Config), issubclass(Other, Config)]
try:
    class Clash(Config, metaclass=Other2):
        pass
except TypeError as e:
    out.append("conflict" in str(e))
result = out
