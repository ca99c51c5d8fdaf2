"""What a codex sees beside the standard library: it is loaded once, when the module is built."""

import builtins
import datetime as _datetime
import json
import math as _math
import re as _re
import sys
import time as _time

import _chime

_loads = json.loads
_dumps = json.dumps


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


# --- values of Candid -----------------------------------------------------------------------------


class Principal:
    """Who calls, and what is called."""

    __slots__ = ("_text", "_bytes")

    def __init__(self, text):
        self._bytes = _chime.principal_bytes(text)
        self._text = _chime.principal_text(self._bytes)

    @classmethod
    def from_str(cls, text):
        return cls(text)

    @classmethod
    def from_hex(cls, text):
        return cls(_chime.principal_text(bytes.fromhex(text)))

    @classmethod
    def management_canister(cls):
        return cls("aaaaa-aa")

    @classmethod
    def anonymous(cls):
        return cls("2vxsx-fae")

    def to_str(self):
        return self._text

    @property
    def bytes(self):
        return self._bytes

    @property
    def hex(self):
        return self._bytes.hex()

    def __str__(self):
        return self._text

    def __repr__(self):
        return f"Principal({self._text!r})"

    def __eq__(self, other):
        return isinstance(other, Principal) and self._bytes == other._bytes

    def __hash__(self):
        return hash(self._bytes)


class Typed:
    """A value with the type of Candid that it is sent as."""

    __slots__ = ("value",)
    tag = None

    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return f"{type(self).__name__}({self.value!r})"


def _typed(name, tag):
    return type(name, (Typed,), {"tag": tag, "__slots__": ()})


_NUMBERS = (
    "nat nat8 nat16 nat32 nat64 int int8 int16 int32 int64 float32 float64".split()
)
_TYPES = {name.capitalize(): _typed(name.capitalize(), name) for name in _NUMBERS}


class Opt(Typed):
    """`opt`: `Opt(None)` is none."""

    __slots__ = ()


class Variant(Typed):
    """A case of a variant, with or without a value."""

    __slots__ = ("case",)

    def __init__(self, case, value=None):
        super().__init__(value)
        self.case = case

    def __repr__(self):
        return f"Variant({self.case!r}, {self.value!r})"


class Blob(Typed):
    __slots__ = ()


def _lower(value):
    """A value of Python as the tagged tuple that `_chime.encode` takes."""
    kind = type(value)
    if value is None:
        return ("null", None)
    if kind is bool:
        return ("bool", value)
    if kind is int:
        return ("nat" if value >= 0 else "int", value)
    if kind is float:
        return ("float64", value)
    if kind is str:
        return ("text", value)
    if kind in (bytes, bytearray):
        return ("blob", bytes(value))
    if kind is Principal:
        return ("principal", value.bytes)
    if kind is Opt:
        return ("opt", None if value.value is None else _lower(value.value))
    if kind is Variant:
        return ("variant", (value.case, _lower(value.value)))
    if kind is Blob:
        return ("blob", bytes(value.value))
    if isinstance(value, Typed):
        return (value.tag, value.value)
    if isinstance(value, dict):
        return ("record", [(str(key), _lower(part)) for key, part in value.items()])
    if isinstance(value, tuple):
        return ("record", [(str(at), _lower(part)) for at, part in enumerate(value)])
    if isinstance(value, list):
        return ("vec", [_lower(part) for part in value])
    raise TypeError(
        f"{value!r} of type {kind.__name__} is no value of Candid: give a number, str, bool, bytes, None, "
        "list, tuple, dict, Principal, Opt, Variant, or a number with its type, such as Nat64(5)"
    )


def _shown(value):
    """What a codex returned: JSON where that can be, else as `repr` shows it."""
    try:
        return _dumps(value)
    except (TypeError, ValueError, RecursionError):
        return repr(value)


def _lift(tagged):
    """The other way round."""
    tag, value = tagged
    if tag == "principal":
        return Principal(_chime.principal_text(value))
    if tag == "opt":
        return None if value is None else _lift(value)
    if tag == "vec":
        return [_lift(part) for part in value]
    if tag == "record":
        fields = {key: _lift(part) for key, part in value}
        if fields and list(fields) == [str(at) for at in range(len(fields))]:
            return tuple(fields.values())
        return Record(fields)
    if tag == "variant":
        case, part = value
        return Record({case: _lift(part)})
    return value


class Record(dict):
    """A record or a case of a variant: its fields are keys and attributes."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            if name in ("Ok", "Err"):
                return None
            raise AttributeError(f"there is no field {name!r}, only {', '.join(self)}") from None


# --- what a program asks for ----------------------------------------------------------------------


class CallError(Exception):
    """A call was rejected."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
        self.message = message


class CallResult:
    """What became of a call: `Ok` is its reply, or `Err` says why there is none."""

    def __init__(self, ok=None, err=None):
        self.Ok = ok
        self.Err = err

    def __repr__(self):
        return f"CallResult(Ok={self.Ok!r})" if self.Err is None else f"CallResult(Err={self.Err!r})"


class Request:
    """What a codex yields, to be given the answer."""

    def __init__(self, request, resolve):
        self._request = request
        self._resolve = resolve

    def __await__(self):
        return (yield self)

    def __repr__(self):
        return f"<{self._request[0]} {' '.join(str(part) for part in self._request[1:3])}>"


def _only(values):
    if not values:
        return None
    return values[0] if len(values) == 1 else tuple(values)


def _reply(kind, *parts):
    """The reply of a call, or the exception."""
    if kind == "reply":
        return _only([_lift(value) for value in _chime.decode(parts[0])])
    if kind == "rejected":
        raise CallError(*parts)
    raise RuntimeError(f"a call was answered by {kind}")


def _result(kind, *parts):
    try:
        return CallResult(ok=_reply(kind, *parts))
    except CallError as error:
        return CallResult(err=error.message)


class HttpResponse(Record):
    """The response of a web server."""


def _response(kind, *parts):
    if kind == "response":
        status, headers, body = parts
        headers = [{"name": name, "value": value} for name, value in headers]
        return CallResult(ok=HttpResponse(status=status, headers=headers, body=body))
    if kind == "rejected":
        return CallResult(err=parts[1])
    raise RuntimeError(f"a request was answered by {kind}")


def _slept(kind, *parts):
    return None


def _call(canister, method, arguments, cycles, resolve):
    canister = canister if isinstance(canister, Principal) else Principal(canister)
    encoded = _chime.encode([_lower(argument) for argument in arguments])
    return Request(("call", canister.bytes, str(method), encoded, int(cycles)), resolve)


class _Execution:
    """The execution that a codex runs in."""

    def __getattr__(self, name):
        return _context()[name]


def _context():
    return _chime.context()


class _Ic:
    """The canister's world."""

    def print(self, *values, sep=" ", end="\n"):
        _chime.write(sep.join(str(value) for value in values) + end)

    def time(self):
        """Nanoseconds since 1970: when the last answer came."""
        return _chime.now()

    def id(self):
        """The scheduler, which makes the calls."""
        return Principal(_context()["scheduler"])

    def caller(self):
        """The owner of the task."""
        return Principal(_context()["owner"])

    def trap(self, message):
        raise RuntimeError(str(message))

    def call(self, canister, method, *arguments, cycles=0):
        """`yield` it: the reply. A rejected call raises `CallError`."""
        return _call(canister, method, arguments, cycles, _reply)

    def call_raw(self, canister, method, arguments, cycles=0):
        """The same with arguments that are encoded already."""
        canister = canister if isinstance(canister, Principal) else Principal(canister)
        return Request(("call", canister.bytes, str(method), bytes(arguments), int(cycles)), _reply)

    def sleep(self, seconds):
        """`yield` it: to go on after a while."""
        if seconds < 0:
            raise ValueError("the seconds of a sleep are not negative")
        return Request(("sleep", int(seconds)), _slept)

    @property
    def execution(self):
        """The execution: `execution_id`, `task_id`, `attempt`, `scheduled_at`, `input`."""
        return _Execution()

    @property
    def input(self):
        """The attributes of the step."""
        return _loads(_context()["input"] or "null")

    def candid_encode(self, *values):
        return _chime.encode([_lower(value) for value in values])

    def candid_decode(self, encoded):
        return _only([_lift(value) for value in _chime.decode(encoded)])


class _Management:
    """The management canister."""

    def raw_rand(self):
        return _call("aaaaa-aa", "raw_rand", (), 0, _result)

    def http_request(self, request):
        headers = [(h["name"], h["value"]) for h in request.get("headers") or []]
        method = request.get("method") or "get"
        if isinstance(method, dict):
            method = next(iter(method))
        body = request.get("body") or b""
        body = body.encode() if isinstance(body, str) else bytes(body)
        most = request.get("max_response_bytes")
        url = request["url"]
        return Request(("http", url, str(method).upper(), headers, body, most), _response)


class Service:
    """A canister with methods: those of a subclass that are marked, or any."""

    def __init__(self, canister):
        self.canister_id = canister if isinstance(canister, Principal) else Principal(canister)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return _Method(self.canister_id, name, 0)


class _Method:
    def __init__(self, canister, name, cycles):
        self._canister, self._name, self._cycles = canister, name, cycles

    def with_cycles(self, cycles):
        return _Method(self._canister, self._name, cycles)

    def __call__(self, *arguments):
        return _call(self._canister, self._name, arguments, self._cycles, _result)


def _service_method(function):
    """Marks a method of a `Service`: its body is not run."""
    name = function.__name__

    def method(self, *arguments):
        return _call(self.canister_id, name, arguments, 0, _result)

    method.__name__ = name
    return method


ic = _Ic()
management_canister = _Management()


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
