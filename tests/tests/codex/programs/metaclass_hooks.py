log = []


class Meta(type):
    @classmethod
    def __prepare__(mcs, name, bases, **kw):
        log.append("prepare " + name)
        return {"injected": len(bases)}

    def __new__(mcs, name, bases, ns, upper=False):
        log.append("new " + name)
        if upper:
            ns = {k if k.startswith("_") else k.upper(): v for k, v in ns.items()}
        return super().__new__(mcs, name, bases, ns)

    def __init__(cls, name, bases, ns, **kw):
        log.append("init " + name)
        super().__init__(name, bases, ns)

    def __call__(cls, *args):
        log.append("call " + cls.__name__)
        return super().__call__(*args)

    def __len__(cls):
        return sum(not k.startswith("_") for k in vars(cls))


class A(metaclass=Meta):
    one = 1


class B(A, upper=True):
    two = 2

    def __init__(self, v):
        self.v = v


result = [log, len(A), len(B), B.TWO, hasattr(B, "two"), B.INJECTED, A.injected, B(7).v, type(B).__name__, log[-1]]
