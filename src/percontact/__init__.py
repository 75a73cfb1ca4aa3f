# SPDX-License-Identifier: Apache-2.0
"""percontact: what one customer contact costs, to the cent and down to the row.

>>> import percontact as pc
>>> book = pc.open("demo")                      # doctest: +SKIP
>>> pc.cost(book, by=["channel"])               # doctest: +SKIP
>>> pc.measure(book, ["CSAT", "FCR"], by=["team"])    # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
<<<<<<< HEAD
    from percontact.front import cost, explain, land, measure, open

__version__ = "0.1.0"
__all__ = ["__version__", "cost", "explain", "land", "measure", "open"]
=======
    from percontact.front import cost, land, locate, measure, open

__version__ = "0.1.0"
__all__ = ["__version__", "cost", "land", "locate", "measure", "open"]
>>>>>>> 0d82b36 (Locate where a sum or a ratio changed: slices, level and mix, parts that add up)


def __getattr__(name: str) -> Any:
    # Imported on first use: `percontact --help` must not wait for the engine.
<<<<<<< HEAD
    if name in ("cost", "explain", "land", "measure", "open"):
=======
    if name in ("cost", "land", "locate", "measure", "open"):
>>>>>>> 0d82b36 (Locate where a sum or a ratio changed: slices, level and mix, parts that add up)
        from percontact import front

        return getattr(front, name)
    raise AttributeError(f"module 'percontact' has no attribute {name!r}")
