# SPDX-License-Identifier: Apache-2.0
"""Answers as data frames, in exact types: decimals stay decimals, days stay dates, counts whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from percontact.report.answer import Answer, document_of
from percontact.report.as_html import fragment
from percontact.report.cells import as_number, decimals
from percontact.report.document import Cell, Table
from percontact.values.problem import PercontactError, problem

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow


def to_arrow(answer: Answer) -> pyarrow.Table:
    """The answer's lines as an Arrow table: decimal128, date32, int64, string.

    Raises E-LIB-01 when pyarrow is not installed.
    """
    try:
        import pyarrow
    except ImportError as error:
        raise _missing("pyarrow") from error
    table = document_of(answer).for_machines
    plain = {"text": pyarrow.string(), "count": pyarrow.int64(), "date": pyarrow.date32()}
    types = [plain.get(c.kind) or pyarrow.decimal128(38, decimals(c)) for c in table.columns]
    arrays = [pyarrow.array(_cells(table, i), kind) for i, kind in enumerate(types)]
    return pyarrow.Table.from_arrays(arrays, names=[c.name for c in table.columns])


def to_polars(answer: Answer) -> polars.DataFrame:
    """The answer's lines as a Polars frame: Decimal, Date, Int64, String.

    Raises E-LIB-01 when polars is not installed.
    """
    try:
        import polars
    except ImportError as error:
        raise _missing("polars") from error
    table = document_of(answer).for_machines
    plain: dict[str, polars.DataType] = {
        "text": polars.String(),
        "count": polars.Int64(),
        "date": polars.Date(),
    }
    types = [plain.get(c.kind) or polars.Decimal(38, decimals(c)) for c in table.columns]
    series = [polars.Series(c.name, _cells(table, i), dtype=types[i]) for i, c in enumerate(table.columns)]
    return polars.DataFrame(series)


def to_pandas(answer: Answer) -> pandas.DataFrame:
    """The answer's lines as a pandas frame of Arrow's types: decimals, and counts with gaps, stay exact.

    Raises E-LIB-01 when pandas or pyarrow is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise _missing("pandas") from error
    return to_arrow(answer).to_pandas(types_mapper=pandas.ArrowDtype)


def notebook_html(answer: Answer) -> str:
    """The answer as a notebook shows it; for `_repr_html_`."""
    return fragment(document_of(answer))


def _cells(table: Table, at: int) -> list[Cell]:
    return [as_number(row[at], table.columns[at]) for row in table.rows]


def _missing(library: str) -> PercontactError:
    return problem(
        "E-LIB-01", f"to_{library}" if library != "pyarrow" else "to_arrow", f"{library} is not installed",
        "Frames are an extra: the core needs none of their libraries.",
        "Install it: pip install 'percontact[frames]'.",
    )  # fmt: skip
