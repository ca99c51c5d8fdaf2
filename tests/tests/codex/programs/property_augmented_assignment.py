log = []


class Vec:
    def __init__(self):
        self._data = [1]
        self._n = 1

    @property
    def data(self):
        log.append("get data")
        return self._data

    @data.setter
    def data(self, v):
        log.append("set data %d" % len(v))
        self._data = v

    @property
    def n(self):
        return self._n

    @n.setter
    def n(self, v):
        self._n = min(v, 100)


v = Vec()
before = v._data
v.data += [2, 3]
v.data *= 2
same = v._data is before
for op in range(4):
    v.n += 1
    v.n *= 3
v.n **= 2
v.n //= 7
v.n <<= 1
v.n ^= 5
result = {"data": v._data, "same": same, "n": v.n, "log": log}
