log = []


class Ctx:
    def __init__(self, name, swallow=()):
        self.name, self.swallow = name, swallow

    def __enter__(self):
        log.append("enter " + self.name)
        return self.name.upper()

    def __exit__(self, kind, value, tb):
        log.append("exit %s %s" % (self.name, kind.__name__ if kind else None))
        return kind is not None and issubclass(kind, self.swallow)


with Ctx("a") as a, Ctx("b") as b:
    log.append(a + b)
with (Ctx("c", (ZeroDivisionError,)), Ctx("d") as d):
    log.append(1 / 0)
try:
    with Ctx("e", (KeyError,)):
        {}["k" + 1]
except TypeError:
    log.append("escaped")


def early():
    for i in range(5):
        with Ctx("loop%d" % i):
            if i == 0:
                continue
            if i == 1:
                return "ret"


log.append(early())
result = log
