x = "global"


def outer():
    x = "outer"
    log = []

    def middle():
        nonlocal x
        log.append(x)
        x = "middle-set"

        def inner():
            global x
            log.append(x)
            x = "inner-set-global"

            def innermost():
                return x
            return innermost()
        log.append(inner())
        return x
    log.append(middle())
    log.append(x)

    def unbound():
        try:
            return y
        except NameError as e:
            return type(e).__name__
        y = 1
    log.append(unbound())
    return log


result = {"log": outer(), "after": x}
