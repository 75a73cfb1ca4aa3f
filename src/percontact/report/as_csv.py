# SPDX-License-Identifier: Apache-2.0
"""CSV after RFC 4180: the lines only, all digits, and no text that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

from percontact.report.cells import exact, guarded
from percontact.report.document import Document


def render(document: Document) -> str:
    """The document's table for machines; unknown is an empty cell. Lines end with CR LF: keep them."""
    table = document.for_machines
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guarded(c.name) for c in table.columns])
    for row in table.rows:
        written = [(c, exact(cell, c)) for cell, c in zip(row, table.columns, strict=True)]
        # A number keeps its minus sign: it is ours, and typed.
        writer.writerow([guarded(text or "") if c.kind == "text" else text for c, text in written])
    return out.getvalue()
