# SPDX-License-Identifier: Apache-2.0
"""Frozen values as plain JSON, and back: what a long answer is kept as on disk.

Only classes that are named take part, and nothing of a file is ever run; so a file from elsewhere can be
wrong, but it cannot do anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

TEXTS: dict[type, Callable[[str], object]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    Decimal: Decimal,
    Fraction: Fraction,
}
"""Values that are kept as their text -> how it is read."""
_BARE = (str, int, float, bool, type(None))


class Plain:
    """Writes and reads values made of some frozen classes.

    classes  dataclasses and named tuples that may stand in them
    names    class -> (its name for one value, the value of a name): for what is looked up, not kept
    """

    def __init__(
        self,
        classes: Iterable[type],
        names: Mapping[type, tuple[Callable[[Any], str], Callable[[str], object]]] | None = None,
    ) -> None:
        self._classes = {c.__name__: c for c in classes}
        self._names = {c.__name__: (c, *both) for c, both in (names or {}).items()}

    def write(self, value: object) -> str:
        """A value as text. Raises TypeError for what no named class is.

        >>> from percontact.values.period import Period
        >>> Plain([Period]).write((Period(date(2026, 1, 1), date(2026, 2, 1)),))
        '{"()": [{"Period": {"start": {"date": "2026-01-01"}, "end": {"date": "2026-02-01"}}}]}'
        """
        return json.dumps(self._told(value), ensure_ascii=False)

    def read(self, text: str) -> Any:
        """The value of a text that `write` wrote. Raises ValueError or KeyError for any other."""
        return self._meant(json.loads(text))

    @property
    def shape(self) -> str:
        """The classes with their fields: a text of another shape cannot be read.

        >>> from percontact.values.period import Period
        >>> Plain([Period]).shape
        'Period start end'
        """
        return ", ".join(f"{name} {' '.join(_fields(kind))}" for name, kind in self._classes.items())

    def _told(self, value: object) -> object:
        kind = type(value)
        if kind in _BARE:
            return value
        if kind in TEXTS:
            text = value.isoformat() if isinstance(value, date) else str(value)
            return {kind.__name__: text}
        if kind.__name__ in self._names:
            return {kind.__name__: self._names[kind.__name__][1](value)}
        if self._classes.get(kind.__name__) is kind:
            named = _fields(kind)
            return {kind.__name__: {name: self._told(getattr(value, name)) for name in named}}
        if isinstance(value, tuple) and kind is tuple:
            return {"()": [self._told(one) for one in value]}
        if isinstance(value, list):
            return [self._told(one) for one in value]
        if isinstance(value, Mapping):
            return {"{}": [[self._told(k), self._told(v)] for k, v in value.items()]}
        if hasattr(value, "item"):  # a number of numpy's
            return self._told(value.item())
        raise TypeError(f"{kind.__name__} is not kept")

    def _meant(self, told: Any) -> Any:
        if isinstance(told, list):
            return [self._meant(one) for one in told]
        if not isinstance(told, dict):
            return told
        ((name, inner),) = told.items()
        if name == "()":
            return tuple(self._meant(one) for one in inner)
        if name == "{}":
            return {self._meant(k): self._meant(v) for k, v in inner}
        if name in self._names:
            return self._names[name][2](inner)
        if name in self._classes:
            return self._classes[name](**{k: self._meant(v) for k, v in inner.items()})
        return next(read for kind, read in TEXTS.items() if kind.__name__ == name)(inner)


def _fields(kind: type) -> list[str]:
    return [f.name for f in fields(kind)] if is_dataclass(kind) else list(kind._fields)  # type: ignore[attr-defined]
