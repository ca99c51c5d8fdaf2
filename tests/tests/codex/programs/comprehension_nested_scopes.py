x = "outer"
n = 3
grid = [[r * 10 + c for c in range(n)] for r in range(n)]
flat = [v for row in grid for v in row if v % 2]
transposed = [[row[i] for row in grid] for i in range(n)]
pairs = [(x, y) for x in range(4) for y in range(x) if (x + y) % 2]
d = {k: {v for v in range(k)} for k in range(4)}
inv = {v: k for k, v in {"a": 1, "b": 2, "c": 1}.items()}


class C:
    items = [1, 2, 3]
    doubled = [i * 2 for i in items]
    try:
        bad = [items for _ in range(2)]
    except NameError:
        bad = "NameError"


fns = [lambda k=k: k * n for k in range(3)]
n = 10
result = {"flat": flat, "t": transposed, "pairs": pairs, "x": x,
          "d": {str(k): sorted(v) for k, v in d.items()}, "inv": inv, "class": [C.doubled, C.bad],
          "fns": [f() for f in fns], "gen": sum(i for i in range(5) if i if i != 3),
          "cond": ["even" if i % 2 == 0 else i for i in range(4)], "empty": [i for i in ()]}
