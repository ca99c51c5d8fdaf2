from enum import Flag, IntFlag, auto


class Perm(Flag):
    R = auto()
    W = auto()
    X = auto()
    RW = R | W


class Bits(IntFlag):
    A = 1
    B = 2
    C = 8


def names(flag):
    return [m.name for m in type(flag) if m in flag]


p = Perm.R | Perm.X
out = [p.value, names(p), Perm.R in p, Perm.W in p, bool(p & Perm.W), names(p ^ Perm.X), names(~p), names(p | Perm.W), Perm.RW.name, names(Perm.RW), Perm(0).value, bool(Perm(0)), Perm(3) is Perm.RW, names(~Perm(0)), [f.value for f in p], len(p)]
out += [(Perm.R | Perm.W) is Perm.RW, p == Perm(5), Perm.R == 1, hash(p) == hash(Perm.X | Perm.R), [m.name for m in Perm], list(Perm.__members__), repr(Perm.R), str(Perm.RW), repr(p), str(p)]
b = Bits.A | Bits.C
out += [b.value, b + 1, b == 9, names(b), Bits.A | 4, int(Bits(16)), Bits.B < Bits.C, (b & 8) is Bits.C, "%d" % b, b ^ Bits.A == Bits.C, bool(b & Bits.B), isinstance(b, int)]
acc = Perm(0)
for m in Perm:
    acc |= m
acc &= ~Perm.W
out.append(names(acc))
for bad in (lambda: Perm(64), lambda: Perm.R | 2, lambda: Perm("R"), lambda: Perm["Q"], lambda: Perm.R < Perm.W):
    try:
        bad()
        out.append("ok")
    except Exception as e:
        out.append(type(e).__name__)
result = out
