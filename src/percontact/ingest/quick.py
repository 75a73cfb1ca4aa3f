# SPDX-License-Identifier: Apache-2.0
"""Cells written the usual way, read at once: a time as ISO writes it, a whole number.

Most cells are. The engine turns such a text into its value; where that value, written out again, is the very
text, nothing can have been misread and nothing is left to ask: no pattern, no blanks at its ends, no unit.
All other cells go the whole way of `cells`, which gives the same value for these too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from percontact.ingest.plan import Target

_FIRST, _LAST = "TIMESTAMP '0001-01-01'", "TIMESTAMP '9999-12-31 23:59:59.999999'"
"""Outside, the engine writes years that no export does: BC, infinity."""


def quick_name(target: Target) -> str:
    """The column of the quick value of a target that could have one, or "".

    z3 is the time in cell 3, w3 the whole number in it.
    """
    origin = target.origin
    asked = (origin.digits, origin.match, origin.values, origin.fill, target.when, target.minus, target.times)
    if len(target.parts) != 1 or any(asked) or any(re.search(r"\d|inf", word) for word in origin.nulls):
        return ""
    if target.column.kind in ("instant", "date") and not origin.formats and origin.unit is None:
        return f"z{target.parts[0]}"
    counted = origin.unit in (None, "s") and not origin.factor and not target.negative
    return f"w{target.parts[0]}" if target.column.kind == "seconds" and counted else ""


def quick_names(targets: Iterable[Target]) -> list[str]:
    """The columns of quick values that some targets have, each once."""
    each = (one for target in targets for one in (target, target.instead) if one)
    return sorted({name for one in each if (name := quick_name(one))})


def tried(name: str) -> str:
    """SQL column of the value of a cell as the engine reads it, which may be more than is meant."""
    kind, cell = ("TIMESTAMP" if name[0] == "z" else "INTEGER"), f"c{name[1:]}"
    # Bare, DuckDB 2.0 lets its reader of CSV cast the cell, which stops at the first that it cannot.
    return f"CASE WHEN {cell} > '' THEN TRY_CAST({cell} AS {kind}) END AS {name}"


def held(name: str) -> str:
    """SQL column of the value where it is beyond doubt, else NULL."""
    same = f"CAST({name} AS VARCHAR) = c{name[1:]}"
    if name[0] == "z":
        same = f"{name} BETWEEN {_FIRST} AND {_LAST} AND {same}"
    return f"CASE WHEN {same} THEN {name} END AS {name}"
