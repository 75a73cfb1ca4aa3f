# SPDX-License-Identifier: Apache-2.0
"""Purging: source files and texts of set-aside rows are forgotten after some days; all counts stay."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from percontact.store.manifest import now, writing
from percontact.values.codes import CODES


def purge(root: Path, before: datetime) -> list[int]:
    """Forget the kept source file and the texts of set-aside rows of every import made before a moment (UTC).

    result  numbers of the imports purged now, oldest first
    A file that a younger import came from too stays until that one is old enough. Rows, hashes, receipts and
    reasons by code stay, so every figure stays explainable down to file and line.
    """
    moment = before.isoformat(timespec="seconds")
    with writing(root) as con:
        # What is taken out is written over, so that it cannot be found in the free pages of the file.
        con.execute("PRAGMA secure_delete = ON")
        due = con.execute(
            "SELECT number, original FROM imports i JOIN snapshots s ON s.id = i.snapshot "
            "WHERE s.at <= ? AND purged IS NULL AND (original IS NOT NULL OR aside > 0) AND NOT EXISTS ("
            "  SELECT 1 FROM imports y JOIN snapshots t ON t.id = y.snapshot"
            "  WHERE y.original = i.original AND t.at > ?) ORDER BY number",
            [moment, moment],
        ).fetchall()
        at = now()
        for number, _ in due:
            codes = con.execute("SELECT DISTINCT code FROM asides WHERE number = ?", [number]).fetchall()
            for (code,) in codes:
                # Reasons quote cells: what is left is what the code means.
                said = f"{CODES[code][0] if code in CODES else code}. The text was purged on {at[:10]}"
                con.execute(
                    "UPDATE asides SET text = '', reason = ? WHERE number = ? AND code = ?",
                    [said, number, code],
                )
            con.execute("UPDATE imports SET original = NULL, purged = ? WHERE number = ?", [at, number])
    # The log holds pages as they were; folded back and cut, it does not.
    with writing(root, fold=True):
        pass
    for _, original in due:
        if original:
            path = root / original
            path.unlink(missing_ok=True)
            if path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()
    return [number for number, _ in due]
