# SPDX-License-Identifier: Apache-2.0
"""How a number is reckoned from several cells, as a sentence for the receipt."""

from __future__ import annotations

from percontact.ingest.mapping import Condition
from percontact.ingest.plan import Target


def reckoning(target: Target, headers: tuple[str, ...]) -> str:
    """How a number was worked out; "" where it was read as it stands."""
    origin, said = target.origin, " and ".join(f"`{headers[i]}`" for i in target.parts) or "a constant"
    plain = said
    said += f" plus {' and '.join(f'`{headers[i]}`' for i in target.plus)}" if target.plus else ""
    said += f" less `{headers[target.minus]}`" if target.minus is not None else ""
    said += f" times `{headers[target.times]}`" if target.times is not None else ""
    said += f" times {origin.factor}" if origin.factor else ""
    turned = [f"`{headers[place]}` {_words(condition)}" for place, condition in target.negative]
    said += f", its sign turned where {' and again where '.join(turned)}" if turned else ""
    return f"`{target.column.name}` is {said}." if said != plain else ""


def _words(condition: Condition) -> str:
    told = [f"is {' or '.join(condition.only)}"] if condition.only else []
    told += [f"is not {' or '.join(condition.never)}"] if condition.never else []
    told += [] if condition.blank is None else ["is empty" if condition.blank else "is not empty"]
    told += [f"matches {condition.matches}"] if condition.matches else []
    told += [f"does not match {condition.unlike}"] if condition.unlike else []
    return " and ".join(told)
