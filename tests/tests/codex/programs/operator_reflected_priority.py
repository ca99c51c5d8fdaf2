class Num:
    def __init__(self, tag):
        self.tag = tag

    def __sub__(self, o):
        return "%s-%s" % (self.tag, getattr(o, "tag", o))

    def __rsub__(self, o):
        return "r(%s-%s)" % (getattr(o, "tag", o), self.tag)

    def __lt__(self, o):
        return "lt"

    def __gt__(self, o):
        return "gt"

class Sub(Num):
    def __rsub__(self, o):
        return "sub" + super().__rsub__(o)

class IAdd:
    def __init__(self):
        self.log = []

    def __iadd__(self, o):
        self.log.append(o)
        return self

    def __isub__(self, o):
        return "replaced"

i = keep = IAdd()
i += 1
i += "two"
logged = keep.log[:]
i -= 3
result = [Num("a") - Num("b"), Num("a") - Sub("s"), Sub("s") - Num("a"), 5 - Num("x"), 5 - Sub("y"),
          Num("p") - 2.5, 1 < Num("z"), Num("z") < 1, logged, i, i is keep]
