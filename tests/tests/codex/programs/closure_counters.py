def make_counter(start=0, step=1):
    count = start

    def bump(times=1):
        nonlocal count
        for _ in range(times):
            count += step
        return count

    def reset():
        nonlocal count
        old, count = count, start
        return old

    return bump, reset


def async_task():
    a, ra = make_counter()
    b, rb = make_counter(10, -3)
    out = [a(), a(2), b(), b(0), ra(), a(), rb(), b(4)]
    late = [lambda: i for i in range(4)]
    early = [lambda i=i: i for i in range(4)]
    out.append([f() for f in late])
    out.append([f() for f in early])
    cells = sorted(c.cell_contents for c in b.__closure__ if isinstance(c.cell_contents, int))
    out.append(cells)
    out.append(list(a.__code__.co_freevars))
    return out
