"""What a codex sees beside the standard library: it is loaded once, when the module is built."""

import builtins
import datetime as _datetime
import math as _math
import re as _re
import sys
import time as _time

import _chime
from _candid import _NUMBERS, _TYPES, Blob, Opt, Principal, Record, Variant, _shown
from _requests import (
    CallError,
    CallResult,
    HttpResponse,
    Service,
    _service_method,
    ic,
    management_canister,
)


class _Output:
    """Where `print` writes."""

    encoding = "utf-8"
    errors = "replace"
    closed = False

    def write(self, text):
        _chime.write(str(text))
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        pass

    def isatty(self):
        return False

    def fileno(self):
        raise OSError("there are no files in a canister")

    def readable(self):
        return False

    def writable(self):
        return True


# --- time -----------------------------------------------------------------------------------------


def _seconds():
    return _chime.now() / 1e9


def _sleep(seconds):
    raise RuntimeError(
        f"a codex cannot block: write 'yield ic.sleep({seconds})', which lets others run meanwhile"
    )


_strftime = _time.strftime
_EPOCH = _datetime.datetime(1970, 1, 1)


def _gmtime_of_now(seconds=None):
    # The interpreter's own knows no time before 1970.
    seconds = _math.floor(_seconds() if seconds is None else seconds)
    at = _EPOCH + _datetime.timedelta(seconds=seconds)
    return _time.struct_time((*at.timetuple()[:8], 0, "UTC", 0))


# As the locale `C` writes them.
_WHOLE = {"c": "%a %b %e %H:%M:%S %Y", "x": "%m/%d/%y"}


def _strftime_of_now(format, t=None):
    format = _re.sub("%(.)", lambda found: _WHOLE.get(found[1], found[0]), format)
    return _strftime(format, _gmtime_of_now() if t is None else t)


def _set_up_time():
    _time.time = _seconds
    _time.time_ns = _chime.now
    _time.monotonic = _seconds
    _time.monotonic_ns = _chime.now
    _time.perf_counter = _seconds
    _time.perf_counter_ns = _chime.now
    _time.process_time = _seconds
    _time.process_time_ns = _chime.now
    _time.sleep = _sleep
    _time.gmtime = _gmtime_of_now
    # A canister has no zone but UTC.
    _time.localtime = _gmtime_of_now
    _time.strftime = _strftime_of_now


# --- modules --------------------------------------------------------------------------------------


class _Codices:
    """Finds what is not in the library among the owner's codices."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if not _chime.has_source(name):
            return None
        return _machinery.ModuleSpec(name, _Codices)

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        name = module.__name__
        exec(compile(_chime.source(name), f"{name}.py", "exec"), module.__dict__)


class _Encodings:
    """Finds what the library itself looks for when a text is in an encoding that is used first."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if not name.startswith("encodings."):
            return None
        return _frozen.find_spec(name, path, target)


class _Missing:
    """Says what there is, in place of what is not there."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if path is not None:
            return None
        there = ", ".join(sorted(_library))
        own = ", ".join(sorted(_chime.sources())) or "none"
        raise ModuleNotFoundError(
            f"No module named {name!r}. There are: {there}. Codices that this one may import: {own}",
            name=name,
        )


_library = ()


def _module(name, **contents):
    module = type(sys)(name)
    module.__dict__.update(contents)
    sys.modules[name] = module
    return module


def _set_up(library):
    global _library, _machinery, _frozen
    import importlib.machinery as _machinery

    import _entities

    sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = _Output()
    _set_up_time()
    names = dict(
        ic=ic,
        Principal=Principal,
        CallResult=CallResult,
        CallError=CallError,
        Opt=Opt,
        Variant=Variant,
        Blob=Blob,
        Record=Record,
        management_canister=management_canister,
        Service=Service,
        **_TYPES,
        **{name: getattr(_entities, name) for name in _entities.NAMES},
    )
    for name, value in names.items():
        setattr(builtins, name, value)
    aliases = {name: _TYPES[name.capitalize()] for name in _NUMBERS if name not in ("int",)}
    kybra = dict(
        service_query=_service_method,
        service_update=_service_method,
        blob=bytes,
        text=str,
        void=None,
        null=None,
        Async=_Generic("Async"),
        Vec=_Generic("Vec"),
        Tuple=tuple,
        Alias=_Generic("Alias"),
        **aliases,
        **names,
    )
    for package in ("kybra", "basilisk"):
        _module(package, **kybra)
        inside = {"management_canister": management_canister, "HttpResponse": HttpResponse}
        _module(f"{package}.canisters", **inside)
        _module(f"{package}.canisters.management", **inside)
    for package in ("kybra_simple_db", "ic_python_db"):
        _module(package, **{name: getattr(_entities, name) for name in _entities.NAMES})
    _library = tuple(library)
    # Nothing but what was loaded is there, or of the owner's.
    _frozen = _machinery.FrozenImporter
    sys.meta_path[:] = [_Encodings, _Codices, _Missing]


class _Generic:
    """A name of a type that only stands in annotations."""

    def __init__(self, name):
        self._name = name

    def __getitem__(self, inner):
        return self

    def __repr__(self):
        return self._name
