s = "abcdefghij"
sl = [s[2:5], s[:3], s[-3:], s[::2], s[::-1], s[7:2:-2], s[-1:-6:-2], s[5:2], s[100:], s[-100:3], s[:], s[3:3], s[-4:-1], s[9::-4]]
lst = list(range(8))
lst[2:4] = "xyz"
a = lst[:]
lst[::3] = [None] * len(lst[::3])
b = lst[:]
del lst[1:6:2]
c = lst[:]
lst[len(lst):] = [7, 7]
lst[:0] = ["front"]
d = lst[:]
lst[1:1] = []
lst *= 2
out = [sl, a, b, c, d, lst]
idx = slice(1, 10, 3)
out += [s[idx], list(idx.indices(5)), list(slice(None, None, -1).indices(4)), [idx.start, idx.stop, idx.step], slice(3) == slice(None, 3, None)]
for bad in (lambda: s[::0], lambda: s[10], lambda: s["a"], lambda: lst.__setitem__(slice(0, 4, 2), [1]), lambda: s[1.0]):
    try:
        bad()
    except (ValueError, IndexError, TypeError) as e:
        out.append(type(e).__name__)


class Show:
    def __getitem__(self, key):
        return repr(key)


result = out + [Show()[1:2], Show()[::, 3], Show()[..., 1:], Show()[1, 2], tuple(range(5))[::-2], list(range(20)[3:15:4]), list(b"abc"[1:])]
