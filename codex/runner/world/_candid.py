"""Values of Candid, as a codex writes and reads them."""

import json

import _chime

_dumps = json.dumps


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
