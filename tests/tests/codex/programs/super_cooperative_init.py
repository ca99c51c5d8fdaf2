class Base:
    def __init__(self, **kw):
        self.rest = sorted(kw)

class Named(Base):
    def __init__(self, *, name="?", **kw):
        super().__init__(**kw)
        self.name = name

class Sized(Base):
    def __init__(self, *, size=0, **kw):
        super().__init__(**kw)
        self.size = size

class Box(Named, Sized):
    kind = "box"

    def __init__(self, **kw):
        super().__init__(**kw)
        self.done = True

    @classmethod
    def build(cls, spec):
        return cls(**dict(p.split("=") for p in spec.split(",")))

class BigBox(Box):
    kind = "big" + Box.kind

    @classmethod
    def build(cls, spec):
        made = super().build(spec)
        made.size = int(made.size) * 10
        return made

result = [vars(Box(name="a", size=3, color="red")), vars(Box()),
          vars(BigBox.build("size=4,weight=9")), BigBox.kind, type(BigBox.build("size=1")).__name__]
