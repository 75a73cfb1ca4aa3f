# SPDX-License-Identifier: Apache-2.0
"""The page of mapping files: their form by example, and what a column of one can say."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from percontact.ingest import mapping
from percontact.values.codes import CODES
from reference.markdown import grid, joined


def mapping_page() -> str:
    """The form of a mapping file: the docstring that stands above the code that reads it."""
    return joined("the docstring of src/percontact/ingest/mapping.py", _mapping())


def _mapping() -> Iterator[str]:
    yield "# Mapping files"
    yield (
        "`percontact import TABLE FILE --mapping M.yaml` reads a file that was made for somebody else. "
        "A worked case is in [read an Excel file through a mapping](../how-to/read-an-excel-file.md)."
    )
    yield inspect.cleandoc(mapping.__doc__ or "")
    yield "## What a column can say"
    yield grid(("part", "meaning"), ((f"`{name}`", says) for name, says in ORIGIN.items()))
    yield "## When it does not fit"
    codes = ("E-MAP-01", "E-MAP-02", "E-FILE-04", "E-SKIP-01")
    yield grid(("code", "title", "what to do"), ((code, CODES[code][0], CODES[code][2]) for code in codes))


ORIGIN = {
    "column": "One header, or a list of which the first that exists is taken.",
    "columns": "Several headers whose cells are joined.",
    "join": "What stands between joined cells. Default: a blank.",
    "constant": "The same text for every row, in ISO form.",
    "format": "strptime formats, tried in order.",
    "timezone": "IANA zone of times that name no offset.",
    "unit": "What a duration or an epoch time is counted in.",
    "times": "Header of a number the value is multiplied by: an average and how many make the total.",
    "values": "Source value: value of the table. Empty means unknown.",
    "else": "A value outside `values:` stays (`keep`), is unknown (`null`) or sets its row aside (`aside`).",
    "hash": "`true`: a keyed hash stands for the value.",
    "nulls": "Further cells that mean unknown.",
    "decimal": "As for the whole file.",
    "thousands": "As for the whole file.",
    "accounting": "As for the whole file.",
    "above": "`{line: 1, cell: 5}`: a cell among the lines that `skip:` leaves out, the same in every row.",
    "digits": "Zeros are put before a shorter text: with `digits: 4`, 302 is 0302.",
    "match": "RE2 pattern: its groups, joined, or all that it matches, is the text; no match means unknown.",
    "when": "Conditions: in rows where one does not hold the value is unknown.",
    "or": "Another origin, used where this one gives nothing.",
    "fill": "`down`: an empty cell is as the last one above that was not.",
    "since": "A day, or a cell above the header: a day without a year is the first such day from it on.",
    "plus": "Headers of numbers that are added, each one name or a list of names. Empty ones count as 0. "
    "To an instant, lengths of time counted in `unit:`; an empty one makes it unknown.",
    "minus": "Header of a number that is taken off. Where one of the two is empty it counts as 0.",
    "factor": "Exact decimal number that the value is multiplied by.",
    "negative": "Conditions: the sign is turned in rows where one holds, and turned again for a second one.",
    "take": "Of a group of rows: first, last, min, max, sum, count, distinct or any.",
}
