class Squares:
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if isinstance(i, slice):
            return [self[j] for j in range(*i.indices(self.n))]
        if i < 0:
            i += self.n
        if not 0 <= i < self.n:
            raise IndexError(i)
        return i * i


class Matrix:
    def __init__(self):
        self.cells = {}

    def __setitem__(self, key, v):
        self.cells[key] = v

    def __getitem__(self, key):
        return self.cells.get(key, 0)

    def __delitem__(self, key):
        del self.cells[key]

    def __contains__(self, v):
        return v in self.cells.values()


s, m = Squares(5), Matrix()
m[1, 2] = 5
m[1, 2] += 4
m[0] = m[9, 9]
del m[0]
result = [list(s), s[-1], s[1:4], s[::-2], 9 in s, 10 in s, list(reversed(s)), bool(Squares(0)), len(s), max(s), m[1, 2], 9 in m, 5 in m, len(m.cells), tuple(s), list(map(str, s))]
