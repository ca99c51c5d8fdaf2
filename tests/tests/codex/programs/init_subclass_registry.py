class Plugin:
    registry = {}

    def __init_subclass__(cls, /, key=None, **kw):
        super().__init_subclass__(**kw)
        cls.key = key or cls.__name__.lower()
        Plugin.registry.setdefault(cls.key, []).append(cls.__name__)


class Alpha(Plugin):
    pass


class Beta(Plugin, key="b"):
    pass


class Gamma(Beta, key="b"):
    pass


class Delta(Beta):
    pass


dyn = type("Epsilon", (Plugin,), {"v": 1}, key="dynamic")
errors = []
try:
    class Bad(Plugin, unknown=1):
        pass
except TypeError:
    errors.append("TypeError")
result = [Plugin.registry, Delta.key, Gamma.key, dyn.key, dyn.v, errors, hasattr(Plugin, "key")]
