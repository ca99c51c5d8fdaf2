"""Entities: what a codex keeps between its runs. `TaskEntity` is of one task, `Entity` of an owner, for
all codices. All that changed is stored at once, with the outcome of the step, or nothing of it."""

import datetime as _datetime
import json

import _chime

_loads = json.loads
_dumps = json.dumps

_store = None
_before = None


def _load():
    """What was stored, when it is first asked for."""
    global _store, _before
    if _store is None:
        text = _chime.state()
        _store = _loads(text) if text else {}
        _before = _dump()
    return _store


def _dump():
    return _dumps(_store, separators=(",", ":"), sort_keys=True)


def changed():
    """All as JSON, if anything changed, or None."""
    if _store is None:
        return None
    now = _dump()
    return None if now == _before else now


class Property:
    """A field of an entity."""

    kind = "value"

    def __init__(self, default=None, **rules):
        self.default = default
        self.rules = rules
        self.name = None

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        row = instance._row()
        return self.out(row[self.name]) if self.name in row else self.first()

    def __set__(self, instance, value):
        instance._row()[self.name] = None if value is None else self.checked(value)

    def first(self):
        return self.default() if callable(self.default) else self.default

    def checked(self, value):
        return value

    def out(self, value):
        return value

    def wrong(self, value, wanted):
        return TypeError(f"{self.name} takes {wanted}, not {value!r}")


class Integer(Property):
    def checked(self, value):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value):
            raise self.wrong(value, "an integer")
        value = int(value)
        least, most = self.rules.get("min_value"), self.rules.get("max_value")
        if least is not None and value < least:
            raise ValueError(f"{self.name} is at least {least}, not {value}")
        if most is not None and value > most:
            raise ValueError(f"{self.name} is at most {most}, not {value}")
        return value


class Float(Property):
    def checked(self, value):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.wrong(value, "a number")
        return float(value)


class Boolean(Property):
    def checked(self, value):
        if not isinstance(value, bool):
            raise self.wrong(value, "True or False")
        return value


class String(Property):
    def checked(self, value):
        if not isinstance(value, str):
            raise self.wrong(value, "a str")
        least, most = self.rules.get("min_length"), self.rules.get("max_length")
        if most is not None and len(value) > most:
            raise ValueError(f"{self.name} has at most {most} characters, not {len(value)}")
        if least is not None and len(value) < least:
            raise ValueError(f"{self.name} has at least {least} characters, not {len(value)}")
        return value


class Json(Property):
    def checked(self, value):
        return _loads(_dumps(value))

    def first(self):
        # A default that a run changes is not shared with the next.
        return _loads(_dumps(super().first()))


class Datetime(Property):
    def checked(self, value):
        if not isinstance(value, _datetime.datetime):
            raise self.wrong(value, "a datetime")
        return value.isoformat()

    def out(self, value):
        return None if value is None else _datetime.datetime.fromisoformat(value)


def _named(name):
    for scope in _scopes:
        for kind in scope._classes:
            if kind.__name__ == name:
                return kind
    raise NameError(f"there is no entity {name!r}")


class ManyToOne(Property):
    """The one that this belongs to."""

    def __init__(self, entity, reverse=None, **rules):
        super().__init__(None, **rules)
        self.entity, self.reverse = entity, reverse

    def checked(self, value):
        kind = _named(self.entity) if isinstance(self.entity, str) else self.entity
        if isinstance(value, (str, int)):
            found = kind.load(value)
            if found is None:
                raise ValueError(f"{self.name}: there is no {kind.__name__} {value}")
            value = found
        if not isinstance(value, kind):
            raise self.wrong(value, f"a {kind.__name__}")
        return value._id

    def out(self, value):
        kind = _named(self.entity) if isinstance(self.entity, str) else self.entity
        return None if value is None else kind.load(value)


class OneToOne(ManyToOne):
    pass


class OneToMany(Property):
    """All that belong to this one: those whose `ManyToOne` points here."""

    def __init__(self, entity, reverse=None, **rules):
        super().__init__(None, **rules)
        self.entity, self.reverse = entity, reverse

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        kind = _named(self.entity) if isinstance(self.entity, str) else self.entity
        back = self.reverse
        if back is None:
            fields = [
                name
                for name, field in kind._fields().items()
                if isinstance(field, ManyToOne)
                and (field.entity == type(instance).__name__ or field.entity is type(instance))
            ]
            back = fields[0] if fields else None
        if back is None:
            raise TypeError(f"{kind.__name__} has no ManyToOne to {type(instance).__name__}")
        return [one for one in kind.instances() if one._row().get(back) == instance._id]

    def __set__(self, instance, value):
        raise TypeError(f"{self.name} follows from {self.entity}: set the other side")


class _Meta(type):
    def __new__(meta, name, bases, body):
        made = super().__new__(meta, name, bases, body)
        made._kept = None
        if bases:
            made._classes.append(made)
        return made

    def __getitem__(cls, key):
        return cls._get(key)

    def __len__(cls):
        return cls.count()

    # Without it a class without instances would be false.
    def __bool__(cls):
        return True

    def __iter__(cls):
        return iter(cls.instances())


class _Base(metaclass=_Meta):
    _classes = []
    _scope = None
    __alias__ = None

    def __init__(self, **values):
        table = self._table()
        self._id = str(table["next"])
        table["next"] += 1
        table["rows"][self._id] = {}
        fields = self._fields()
        unknown = [name for name in values if name not in fields]
        if unknown:
            del table["rows"][self._id]
            raise TypeError(
                f"{type(self).__name__} has no field {unknown[0]!r}, only {', '.join(fields) or 'none'}"
            )
        try:
            for name, field in fields.items():
                if name in values:
                    setattr(self, name, values[name])
                elif not isinstance(field, OneToMany) and field.default is not None:
                    setattr(self, name, field.first())
        except Exception:
            del table["rows"][self._id]
            raise

    @classmethod
    def _fields(cls):
        return {
            name: field
            for base in reversed(cls.__mro__)
            for name, field in vars(base).items()
            if isinstance(field, Property)
        }

    @classmethod
    def _table(cls):
        scope = _load().setdefault(cls._scope, {})
        return scope.setdefault(cls.__name__, {"next": 1, "rows": {}})

    @classmethod
    def _of(cls, key):
        one = object.__new__(cls)
        one._id = key
        return one

    def _row(self):
        row = self._table()["rows"].get(self._id)
        if row is None:
            raise LookupError(f"{type(self).__name__} {self._id} was deleted")
        return row

    @classmethod
    def _get(cls, key):
        found = cls.load(key)
        alias = cls.__alias__
        if found is None and alias is not None:
            for one in cls.instances():
                if getattr(one, alias) == key:
                    return one
        return found

    @classmethod
    def load(cls, key):
        """The one with this id, or None."""
        key = str(key)
        return cls._of(key) if key in cls._table()["rows"] else None

    @classmethod
    def instances(cls):
        """All, in the order in which they were made."""
        return [cls._of(key) for key in sorted(cls._table()["rows"], key=int)]

    @classmethod
    def load_some(cls, from_id=1, count=10):
        """At most `count` of those whose id is at least `from_id`."""
        if from_id < 1 or count < 1:
            raise ValueError("from_id and count are at least 1")
        return [one for one in cls.instances() if int(one._id) >= int(from_id)][:count]

    @classmethod
    def filter(cls, condition):
        """Those for which a function says so."""
        return [one for one in cls.instances() if condition(one)]

    @classmethod
    def count(cls):
        return len(cls._table()["rows"])

    @classmethod
    def max_id(cls):
        return cls._table()["next"] - 1

    def delete(self):
        self._row()
        del self._table()["rows"][self._id]

    def save(self):
        """What is set is kept already."""

    def serialize(self):
        return {"_id": self._id, "_type": type(self).__name__, **self._row()}

    to_dict = serialize

    @property
    def _type(self):
        return type(self).__name__

    def __eq__(self, other):
        return type(self) is type(other) and self._id == other._id

    def __hash__(self):
        return hash((type(self).__name__, self._id))

    def __repr__(self):
        return f"{type(self).__name__}({self._row()!r}, _id={self._id!r})"


class TaskEntity(_Base):
    """Kept for the task."""

    _classes = []
    _scope = "task"


class Entity(_Base):
    """Kept for the owner: all its codices see the same."""

    _classes = []
    _scope = "owner"


_scopes = (TaskEntity, Entity)
NAMES = (
    "TaskEntity Entity Integer String Boolean Float Json Datetime OneToMany ManyToOne OneToOne".split()
)
