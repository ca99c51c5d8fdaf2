"""What a codex asks for: it yields a request, and is sent the answer."""

import json

import _chime
from _candid import Principal, Record, _lift, _lower

_loads = json.loads


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
