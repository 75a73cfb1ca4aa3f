# SPDX-License-Identifier: Apache-2.0
"""How a cell is written: for people (`shown`), for machines (`exact`); what no text may do to a reader."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from percontact.report.document import Cell, TableColumn
from percontact.report.words import count_text, value_text
from percontact.values.money import cents_text, minor_digits, plain

UNKNOWN = "(unknown)"
UNDEFINED = "-"

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet read a text as a formula (OWASP, "CSV injection")."""

DIGITS = {"value": 12, "quantity": 6, "share": 6, "seconds": 3}
"""Decimals kept for machines, by kind; money keeps those of its currency."""


def shown(cell: Cell, column: TableColumn, *, total: bool = False) -> str:
    """A cell as a person reads it: thousands commas, the currency's decimals, unknown and undefined said.

    In a total, a text that is not there is not unknown: the cell is free. A change that rounds to nothing
    has no sign.
    """
    text = _shown(cell, column, total=total)
    rises = column.signed and isinstance(cell, int | Decimal) and cell > 0 and text.strip("0.,%")
    return f"+{text}" if rises else text


def _shown(cell: Cell, column: TableColumn, *, total: bool) -> str:
    if cell is None and column.kind == "text":
        return "" if total else UNKNOWN
    if cell is None:
        return UNDEFINED
    if isinstance(cell, str | date):
        return str(cell)
    if column.kind == "money":
        return f"{Decimal(cents_text(int(cell), column.currency)):,}"
    if column.kind == "value":
        if column.digits is not None:
            return f"{round(Decimal(cell), column.digits) + 0:,.{column.digits}f}"
        return value_text(Decimal(cell), column.currency)
    if column.kind == "share":
        return share_text(Decimal(cell))
    if column.kind == "quantity":
        # Tenths up to a thousand: more digits say more than was measured.
        return f"{cell:,.{0 if abs(Decimal(cell)) >= 1000 else 1}f}".removesuffix(".0")
    return count_text(cell)


def exact(cell: Cell, column: TableColumn) -> str | None:
    """A cell as a machine reads it: all its digits, no commas; None stays None."""
    number = as_number(cell, column)
    if number is None or isinstance(number, str | date):
        return None if number is None else str(number)
    if column.kind == "money":
        return format(number, "f")
    return plain(Decimal(number), at_least=2 if column.kind in ("value", "share") else 0)


def as_number(cell: Cell, column: TableColumn) -> Cell:
    """A cell with money in whole units of its currency and every number within its kind's decimals."""
    if isinstance(cell, str):
        return str(cell)  # a number in words is a text like others
    if cell is None or isinstance(cell, date):
        return cell
    if column.kind == "money":
        return Decimal(cents_text(int(cell), column.currency))
    return rounded(Decimal(cell), DIGITS[column.kind]) if column.kind in DIGITS else int(cell)


def decimals(column: TableColumn) -> int:
    """Decimals of a column for machines."""
    return minor_digits(column.currency) if column.kind == "money" else DIGITS.get(column.kind, 0)


def rounded(number: Decimal, digits: int) -> Decimal:
    """A decimal with at most so many decimals, half to even."""
    with localcontext() as ctx:
        ctx.prec = 60
        if number == number.quantize(Decimal(1).scaleb(-digits)):
            return number
        return number.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)


def share_text(share: Decimal) -> str:
    """A share in percent; all and none are said only when they are meant.

    >>> share_text(Decimal("0.984")), share_text(Decimal("0.9999")), share_text(Decimal("1"))
    ('98%', '>99%', '100%')
    """
    text = f"{share:.0%}"
    if text == "100%" and share < 1:
        return ">99%"
    if text == "0%" and share > 0:
        return "<1%"
    return text


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe stands before the sign.

    >>> guarded("=1+1"), guarded("voice")
    ("'=1+1", 'voice')
    """
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def visible(text: str) -> str:
    """A text that cannot move the cursor, colour the screen or turn a line around: such signs are spelled.

    >>> visible("a\\nb"), visible("\\x1b[31mred")
    ('a\\\\nb', '\\\\x1b[31mred')
    """
    return "".join(c if not _acts(c) else c.encode("unicode_escape").decode() for c in text)


def _acts(character: str) -> bool:
    # Cc: control; Zl, Zp: line ends; the bidirectional controls can make a figure read backwards; a soft
    # hyphen joins the sign before it, so that on paper every later one of that sign is copied with it.
    return (
        unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs")
        or character in "\u00ad\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )
