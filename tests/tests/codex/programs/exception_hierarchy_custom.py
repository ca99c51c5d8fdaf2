class AppError(Exception):
    code = 1

    def __init__(self, msg, **info):
        super().__init__(msg, len(info))
        self.info = info

    def __str__(self):
        return "[%d] %s" % (self.code, self.args[0])


class NotFound(AppError, LookupError):
    code = 404


class Nested(NotFound):
    pass


def classify(e):
    try:
        raise e
    except NotFound as x:
        return ["NotFound", str(x), x.info, repr(x)]
    except (AppError, KeyError) as x:
        return ["App/Key", str(x), repr(x)]
    except LookupError as x:
        return ["Lookup", str(x)]
    except BaseException as x:
        return ["Base", type(x).__name__]


result = [classify(e) for e in (NotFound("f", path="/x"), Nested("n"), AppError("a"), KeyError("k"),
                                IndexError("i"), StopIteration(3), KeyboardInterrupt(), SystemExit(2))]
result.append(issubclass(Nested, LookupError))
result.append([StopIteration(7).value, SystemExit(3).code, KeyError("a", "b").args[1], str(Exception()), str(Exception(1, "b"))])
