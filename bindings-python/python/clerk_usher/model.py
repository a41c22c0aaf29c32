"""What an answer of the API becomes: a view of its dict, read when it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ._native import LateObject
from .generated import models
from .kinds import is_array, is_object

M = TypeVar("M", bound="Model")

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_HIDDEN = "'…'"
_ABSENT: Any = object()


class Model:
    """A view of an object of the API.

    Its fields are those of the wire, unknown ones and odd values included: nothing is checked, converted or lost, so
    an answer that is not what was expected costs no more than its own field. A field that did not come is None.

    `model["name"]` reaches a field of any name, and raises KeyError where it did not come. `to_dict()` is the whole
    object. Models are read-only; two are equal if their class and their dict are; they can be copied and pickled.
    """

    __slots__ = ("_data", "_late")

    _fields: ClassVar[frozenset[str]] = frozenset()
    """The declared fields: those with an annotation."""
    _wire: ClassVar[Mapping[str, str]] = {}
    """Names on the wire, where ours differ."""
    _nested: ClassVar[Mapping[str, str]] = {}
    """The model or union in a field, by name."""
    _secret: ClassVar[frozenset[str]] = frozenset()
    """Fields that are credentials."""
    _required: ClassVar[tuple[str, ...]] = ()
    """Fields that tell this model from others, by their names on the wire."""

    _data: dict[str, Any]
    """The object. Made of `_late` when more is wanted than a field or two."""
    _late: LateObject | None
    """The object, not read yet."""

    def __init_subclass__(cls) -> None:
        cls._fields = frozenset(cls.__annotations__)

    def __init__(self, data: Mapping[str, Any] | LateObject) -> None:
        if isinstance(data, LateObject):
            _set_late(self, data)
        else:
            _set_late(self, None)
            _set_data(self, data if is_object(data) else dict(data))

    @classmethod
    def from_dict(cls: type[M], data: Mapping[str, Any]) -> M:
        """A model of this class over an object of the API; the other way round is `to_dict()`."""
        return cls(data)

    def to_dict(self) -> dict[str, Any]:
        """A copy of the whole object, as it came."""
        copy: dict[str, Any] = _copy(self._data)
        return copy

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take every misspelt name for a field otherwise.
        def __getattr__(self, name: str) -> Any:
            if name == "_data":
                return self._whole()
            cls = type(self)
            value = self._field(cls._wire.get(name, name))
            if value is _ABSENT:
                if name in cls._fields:
                    return None
                raise AttributeError(f"{cls.__name__!r} has no field {name!r}")
            nested = cls._nested.get(name)
            return value if nested is None else _wrap(nested, value)

    def _whole(self) -> dict[str, Any]:
        """The object, read now."""
        late = _late_of(self)
        if late is not None:
            # Whoever else reads it at this moment gets the very same dict.
            _set_data(self, late.whole())
            _set_late(self, None)
        return _data_of(self)

    def _field(self, key: str) -> Any:
        """A value by its name on the wire; `_ABSENT` where it did not come."""
        late = _late_of(self)
        if late is not None:
            value = late.field(key, _ABSENT)
            if value is not NotImplemented:
                return value
        return self._data.get(key, _ABSENT)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is read-only; to change it, call the API")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is read-only; to change it, call the API")

    def __getitem__(self, name: str) -> Any:
        return self._data[name]

    def __contains__(self, name: object) -> bool:
        return name in self._data

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Pairs of name and value, so that `dict(model)` and encoders that try it see the object as it came."""
        return iter(self._data.items())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Model):
            return NotImplemented
        return type(self) is type(other) and self._data == other._data

    __hash__ = None  # type: ignore[assignment]

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._fields, *self._data})

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]
        # `vars(model)`: what encoders fall back to where a field hides a method that they look for (`JWKS.keys`).
        return dict(self._data)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._data,)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={self._show(name, value)}" for name, value in self._data.items())
        return f"{type(self).__name__}({shown})"

    @classmethod
    def _show(cls, key: str, value: Any) -> str:
        name = next((ours for ours, wire in cls._wire.items() if wire == key), key)
        if value is not None and name in cls._secret:
            return _HIDDEN
        nested = cls._nested.get(name)
        return repr(value if nested is None else _wrap(nested, value))

    @classmethod
    def has_shape(cls, data: Mapping[str, Any]) -> bool:
        """Whether the fields that tell this model from others are all there."""
        return bool(cls._required) and all(key in data for key in cls._required)

    def _time(self, name: str) -> datetime | None:
        """Milliseconds or RFC 3339 text as a datetime in UTC; None where it is neither."""
        value = self._field(type(self)._wire.get(name, name))
        try:
            if isinstance(value, str):
                # `fromisoformat` knows no `Z` before Python 3.11.
                parsed = datetime.fromisoformat(value[:-1] + "+00:00" if value[-1:] in ("Z", "z") else value)
                return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=timezone.utc)
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return _EPOCH + timedelta(milliseconds=value)
        except (ValueError, OverflowError):
            pass
        return None


# Past `__setattr__`, which refuses, and `__getattr__`, which would make what it does not find.
_data, _late = vars(Model)["_data"], vars(Model)["_late"]
_set_data: Callable[[Model, dict[str, Any]], None] = _data.__set__
_set_late: Callable[[Model, LateObject | None], None] = _late.__set__
_data_of: Callable[[Model], dict[str, Any]] = _data.__get__
_late_of: Callable[[Model], LateObject | None] = _late.__get__


def read_union(name: str, data: Mapping[str, Any] | LateObject) -> Model:
    """The member of a union that an object is: by its tag, else by its shape, else a plain `Model`."""
    tag, members = models.UNIONS[name]
    if isinstance(data, LateObject):
        known = None if tag is None else members.get(data.field(tag, None))
        if known is not None:
            return _model(known)(data)
        data = data.whole()
    told = None if tag is None else data.get(tag)
    if told is not None:
        member = members.get(told) if isinstance(told, str) else None
        return Model(data) if member is None else _model(member)(data)
    for member in dict.fromkeys(members.values()):
        candidate = _model(member)
        if candidate.has_shape(data):
            return candidate(data)
    return Model(data)


def _model(name: str) -> type[Model]:
    found: type[Model] = getattr(models, name)
    return found


def _wrap(name: str, value: Any) -> Any:
    """Objects as models, in arrays too; whatever else came is left as it is."""
    if is_object(value):
        return read_union(name, value) if name in models.UNIONS else _model(name)(value)
    if is_array(value):
        return [_wrap(name, item) for item in value]
    return value


def _copy(value: Any) -> Any:
    if is_object(value):
        return {name: _copy(item) for name, item in value.items()}
    if is_array(value):
        return [_copy(item) for item in value]
    return value
