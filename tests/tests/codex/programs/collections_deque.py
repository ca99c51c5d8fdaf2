from collections import deque

d = deque("abcde", maxlen=5)
log = [list(d), d.maxlen]
d.append("f")
d.appendleft("z")
d.rotate(2)
log.append(list(d))
d.rotate(-3)
log += [list(d), d.popleft(), d.pop(), len(d), d[0], d[-1], d.index("d") if "d" in d else None, d.count("c")]
d.extend("123")
d.extendleft("xy")
log += [list(d), list(reversed(d)), repr(deque([1, 2], 3)), repr(deque()), d == deque(d), deque([1]) < deque([1, 0]), deque([1]) == [1]]
e = deque([1, 2, 3, 2])
e.remove(2)
e.insert(1, "ins")
e[0] = "first"
del e[-1]
e *= 2
log += [list(e), list(e + deque([9])), e.copy() == e, list(e.__reversed__())[:2], deque(maxlen=0).maxlen, list(deque("ab") * 2)]
e.reverse()
log.append(list(e))
it = iter(e)
next(it)
e.append(0)
for bad in (lambda: next(it), lambda: deque().pop(), lambda: deque().popleft(), lambda: e[99], lambda: e.remove("no"), lambda: e.index("no"), lambda: d.insert(0, 1) if len(d) == 5 else None, lambda: e[0:1], lambda: deque(maxlen=-1), lambda: hash(e)):
    try:
        log.append(bad())
    except Exception as x:
        log.append(type(x).__name__)
e.clear()
josephus, order = deque(range(1, 8)), []
while josephus:
    josephus.rotate(-2)
    order.append(josephus.popleft())
result = log + [len(e), order, list(deque(range(100), maxlen=3))]
