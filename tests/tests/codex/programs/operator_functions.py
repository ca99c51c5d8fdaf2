import operator as op


class Acc:
    def __init__(self):
        self.items = {"k": [10, 20]}
        self.name = type("N", (), {"first": "Al"})()

    def join(self, *parts, sep="-"):
        return sep.join(parts)


a = Acc()
out = [op.add(2, 3), op.sub(2, 3), op.mul("ab", 2), op.truediv(7, 2), op.floordiv(-7, 2), op.mod(-7, 3), op.pow(2, 8), op.neg(5), op.pos(-5), op.abs(-2.5), op.invert(5), op.lshift(1, 4), op.and_(6, 3), op.or_(6, 3), op.xor(6, 3), op.not_([]), op.truth("x"), op.index(True)]
out += [op.lt(1, 2), op.ge(1, 2), op.eq([1], [1]), op.is_(None, None), op.is_not(1, None), op.contains("abc", "b"), op.concat([1], [2]), op.countOf([1, 2, 1, True], 1), op.indexOf("hello", "l"), op.getitem({"a": 1}, "a"), op.length_hint([1, 2]), op.length_hint(iter(range(7))), op.length_hint(object(), 3)]
out += [op.itemgetter(1)("abc"), op.itemgetter(0, -1)([1, 2, 3]), op.itemgetter(slice(1, 3))("abcd"), op.itemgetter("k")({"k": "v"}), op.attrgetter("name.first")(a), op.attrgetter("name.first", "items")(a), op.methodcaller("join", "a", "b", sep="+")(a), op.methodcaller("upper")("x")]
lst = [1, 2, 3]
same = op.iadd(lst, [4])
op.setitem(lst, 0, "first")
op.delitem(lst, slice(1, 3))
out += [lst, same is lst, op.iadd(1, 2), op.imul([1], 2), op.ior({"a": 1}, {"b": 2}), sorted([{"n": 3, "m": 1}, {"n": 1, "m": 2}], key=op.itemgetter("n"))[0]["m"], list(map(op.mul, [1, 2, 3], [4, 5, 6])), op.call(max, 3, 9)]
for bad in (lambda: op.itemgetter(), lambda: op.itemgetter(5)("a"), lambda: op.attrgetter("no.such")(a), lambda: op.attrgetter(1), lambda: op.indexOf([1], 2), lambda: op.concat(1, 2), lambda: op.index(1.0), lambda: op.methodcaller("nope")("x"), lambda: op.methodcaller(), lambda: op.truediv(1, 0)):
    try:
        bad()
        out.append("ok")
    except Exception as e:
        out.append(type(e).__name__)
result = out + [repr(op.itemgetter(1, "a")), op.add.__name__, op.matmul(type("M", (), {"__matmul__": lambda s, o: "mm%d" % o})(), 3)]
