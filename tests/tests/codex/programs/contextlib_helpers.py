import contextlib
import io
from contextlib import closing, contextmanager, nullcontext, redirect_stdout, suppress

log = []

@contextmanager
def tag(name, swallow=False):
    log.append("<%s>" % name)
    try:
        yield name.upper()
    except LookupError as e:
        log.append(type(e).__name__)
        if not swallow:
            raise
    finally:
        log.append("</%s>" % name)

class Res:
    def close(self): log.append("closed")

@tag("deco")
def decorated(x): return x + len(log)

with tag("a") as a, suppress(KeyError, IndexError), tag("b"):
    log.append({}[a])
with tag("c", swallow=True):
    [].pop()
with closing(Res()) as r, nullcontext("nc") as nc:
    log.append(nc)
buf = io.StringIO()
with redirect_stdout(buf):
    print("captured", 1, sep="|")
    with redirect_stdout(io.StringIO()) as inner: print("inner")
    print("after")
print("visible")
out = [decorated(100), decorated(100), buf.getvalue(), inner.getvalue(), isinstance(tag("z"), contextlib.AbstractContextManager)]
for bad in (lambda: tag("q").__enter__() and None or 1 / 0, lambda: contextmanager(lambda: iter([]))().__enter__(), lambda: suppress(ValueError).__exit__(TypeError, TypeError(), None) or [].index(1)):
    try:
        out.append(bad())
    except Exception as e:
        out.append(type(e).__name__)
result = [out, log]
