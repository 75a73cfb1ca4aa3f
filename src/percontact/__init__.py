# SPDX-License-Identifier: Apache-2.0
"""percontact: what one customer contact costs, to the cent and down to the row.

>>> import percontact as pc
>>> book = pc.open("demo")                      # doctest: +SKIP
>>> pc.cost(book, by=["channel"])               # doctest: +SKIP
>>> pc.measure(book, ["CSAT", "FCR"], by=["team"])    # doctest: +SKIP
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from percontact.front import (
        add_holidays,
        cost,
        explain,
        land,
        locate,
        measure,
        open,
        opportunities,
        watch,
    )

__version__ = "0.1.0"
__all__ = [
    "__version__",
    "add_holidays",
    "cost",
    "explain",
    "land",
    "locate",
    "measure",
    "open",
    "opportunities",
    "watch",
]


def __getattr__(name: str) -> Any:
    # Imported on first use: `percontact --help` must not wait for the engine.
    if name in __all__:
        from percontact import front

        return getattr(front, name)
    raise AttributeError(f"module 'percontact' has no attribute {name!r}")


class _House(ModuleType):
    """This package, where the verb `explain` keeps its name though a room bears it too.

    Importing a room writes it into the package under its own name, over whatever is there.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _House
