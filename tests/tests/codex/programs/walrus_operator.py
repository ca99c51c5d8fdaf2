import re


def chunks(data, size):
    out, pos = [], 0
    while (piece := data[pos:pos + size]):
        out.append(piece)
        pos += len(piece)
    return out


def async_task():
    total = 0
    running = [total := total + v for v in [3, 1, 4, 1, 5]]
    found = [m.group(1) for s in ("a=1", "zz", "b=22") if (m := re.search(r"=(\d+)", s))]
    hit = any((w := word).startswith("c") for word in ["apple", "cat", "cow"])
    if (n := len(running)) > 4 and (half := n // 2):
        pass
    y = (z := 5) + z
    d = {(k := i * 2): k + 1 for i in range(3)}
    lst = [a := 1, a + 1, (b := a + 5)]
    f = lambda v: (sq := v * v) + sq
    deep = [[last := j for j in range(i)] for i in range(1, 4)]
    return [chunks("abcdefgh", 3), total, running, found, hit, w, n, half, y, sorted(d.items()),
            lst, b, f(4), deep, last]
