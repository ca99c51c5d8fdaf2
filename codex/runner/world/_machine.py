"""What modules of the library ask of `os` and `platform` when they are loaded. Programs do not see it: there
are no files, processes or environment in a canister."""

import _chime

name = "posix"
sep = "/"
altsep = None
linesep = "\n"
curdir = "."
pardir = ".."
extsep = "."
pathsep = ":"
devnull = "/dev/null"
environ = {}


class PathLike:
    pass


def fspath(path):
    if isinstance(path, (str, bytes)):
        return path
    raise TypeError(f"expected str or bytes, not {type(path).__name__}")


def getenv(key, default=None):
    return default


def system():
    return ""


def getpid():
    return 1


def urandom(size):
    return _chime.random_bytes(size)


def fsencode(text):
    return text.encode()


def fsdecode(data):
    return data.decode() if isinstance(data, bytes) else data


class path:
    sep = "/"

    @staticmethod
    def basename(text):
        return text.rpartition("/")[2]

    @staticmethod
    def dirname(text):
        return text.rpartition("/")[0]

    @staticmethod
    def join(first, *others):
        return "/".join([first, *others])

    @staticmethod
    def exists(text):
        return False

    isfile = isdir = exists

    @staticmethod
    def normcase(text):
        return text

    normpath = abspath = realpath = normcase

    @staticmethod
    def splitext(text):
        start, dot, end = text.rpartition(".")
        return (start, dot + end) if dot else (text, "")


def _set_up_time():
    import time

    time.tzname = ("UTC", "UTC")
    time.timezone = time.altzone = time.daylight = 0


_set_up_time()
