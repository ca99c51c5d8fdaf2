def describe(e):
    parts = []
    while e is not None:
        parts.append([type(e).__name__, e.args[0] if e.args else None,
                      getattr(e, "__notes__", []), e.__suppress_context__])
        e = e.__cause__ if e.__cause__ is not None else e.__context__
    return parts


def fail(mode):
    try:
        try:
            int("x1")
        except ValueError as e:
            e.args = ("bad int",)
            e.add_note("mode " + mode)
            if mode == "from":
                raise KeyError("k") from e
            if mode == "none":
                raise KeyError("k") from None
            if mode == "implicit":
                [][1 + len(mode)]
            raise
    except Exception as final:
        final.add_note("outer")
        return describe(final)


def async_task():
    out = {m: fail(m) for m in ("from", "none", "implicit", "bare")}
    for rows in out.values():
        for r in rows:
            if r[0] == "IndexError":
                r[1] = "index"
    return out
