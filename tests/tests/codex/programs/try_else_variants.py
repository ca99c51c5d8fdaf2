def parse(items):
    good, bad, seen = [], [], 0
    for it in items:
        try:
            n = int(it)
        except ValueError:
            bad.append(it)
        except TypeError as e:
            bad.append(type(e).__name__)
        else:
            try:
                good.append(100 // n)
            except ZeroDivisionError:
                good.append(None)
        finally:
            seen += 1
    return [good, bad, seen]


def name_is_unbound():
    try:
        raise ValueError
    except ValueError as err:
        pass
    try:
        err
    except UnboundLocalError:
        return "unbound"
    return "bound"


result = [parse(["7", " 12 ", "x", "0", None, "1_000", "-3", "0x10", 2.9, b"5", [], True]),
          parse([]), name_is_unbound()]
