log = []


def f(kind):
    for i in range(3):
        try:
            log.append("try%d" % i)
            if kind == "continue":
                continue
            if kind == "break" and i == 1:
                break
            if kind == "return":
                return log.append("ret value") or "returned"
            if kind == "raise":
                raise RuntimeError(kind)
        except RuntimeError:
            log.append("except")
            return "handled"
        else:
            log.append("else")
        finally:
            log.append("fin%d" % i)
    else:
        log.append("loop else")
    return "end"


def async_task():
    out = {}
    for kind in ("continue", "break", "return", "raise", "plain"):
        del log[:]
        out[kind] = [f(kind), list(log)]
    try:
        try:
            raise KeyError("first")
        finally:
            raise ValueError("second")
    except ValueError as e:
        out["replaced"] = [str(e), type(e.__context__).__name__]
    return out
