def m(v):
    match v:
        case []:
            return "empty"
        case [x]:
            return ["one", x]
        case (x, y) if x == y:
            return ["pair same", x]
        case ["cmd", *args, "end"]:
            return ["cmd", args]
        case [[a, *_], *rest]:
            return ["nested", a, rest]
        case [first, *_, last]:
            return ["ends", first, last]
        case {"type": "pt", "x": int(x), "y": int(y)}:
            return ["pt", x, y]
        case {"type": t, **rest}:
            return ["typed", t, sorted(rest)]
        case {"list": [_, {"deep": d}]}:
            return ["deep", d]
        case {}:
            return "mapping"
    return "no match"


result = [m(v) for v in (
    [], (7,), [1, 1], (1, 2), ["cmd", "a", "b", "end"], ["cmd", "end"], [[1, 2], 3], [(9,)],
    [[], 1, 2], "ab", b"ab", range(4), {"type": "pt", "x": 1, "y": 2, "z": 3},
    {"type": "pt", "x": 1.0, "y": 2}, {"list": [0, {"deep": "d", "k": 1}]}, {}, {"a": 1}, {1}, iter([1]), 4)]
