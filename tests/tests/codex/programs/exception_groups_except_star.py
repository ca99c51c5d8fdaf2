def run(*excs):
    log = []
    try:
        try:
            raise ExceptionGroup("many", list(excs))
        except* ValueError as g:
            log.append(["V", [str(e) for e in g.exceptions]])
        except* (KeyError, IndexError) as g:
            log.append(["L", [type(e).__name__ for e in g.exceptions]])
        else:
            log.append("else")
        finally:
            log.append("finally")
    except ExceptionGroup as rest:
        log.append(["rest", rest.message, [type(e).__name__ for e in rest.exceptions]])
    return log


def async_task():
    out = [run(ValueError("a"), KeyError("b"), ValueError("c")),
           run(TypeError("t"), IndexError("i")), run(OSError("o"))]
    nested = ExceptionGroup("top", [ValueError(1), ExceptionGroup("in", [TypeError(2), ValueError(3)])])
    match, rest = nested.split(ValueError)
    out.append([len(match.exceptions), len(rest.exceptions), nested.subgroup(KeyError) is None])
    out.append([str(e) for e in match.exceptions[1].exceptions])
    try:
        raise ValueError("naked")
    except* ValueError as g:
        out.append([type(g).__name__, g.message, len(g.exceptions)])
    try:
        ExceptionGroup("empty", [])
    except ValueError:
        out.append("ValueError")
    return out
