import traceback
import sys

class Custom(Exception):
    def __str__(self):
        return "custom text"

class Blank(ValueError):
    pass

def boom(kind):
    if kind == "zero":
        return 1 / 0
    if kind == "key":
        return {}["missing"]
    if kind == "custom":
        raise Custom(1, 2)
    if kind == "blank":
        raise Blank
    if kind == "multi":
        raise RuntimeError("line one\nline two")
    if kind == "chained":
        try:
            boom("key")
        except KeyError as e:
            raise OSError("wrapped") from e
    raise ValueError(kind)

out = []
for kind in ("zero", "key", "custom", "blank", "multi", "chained", "other"):
    try:
        boom(kind)
    except Exception as e:
        text = traceback.format_exc()
        only = traceback.format_exception_only(type(e), e)
        out.append([kind, text.rstrip().splitlines()[-1].split(".")[-1], text.startswith("Traceback (most recent call last):") or kind == "chained", "direct cause" in text, len(only), sys.exc_info()[1] is e, [f.name for f in traceback.extract_tb(e.__traceback__)][1:]])
out.append([sys.exc_info()[0] is None, traceback.format_exc().strip()])
te = traceback.TracebackException.from_exception(ValueError("stored"))
result = out + ["".join(te.format_exception_only()).strip(), [s.name for s in traceback.extract_stack()][-1], list(traceback.format_exception_only(KeyError("k")))]
