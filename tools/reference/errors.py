# SPDX-License-Identifier: Apache-2.0
"""The page of errors: each code with what it means and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from percontact.values.codes import CODES
from reference.markdown import joined

FAMILIES = {
    "WS": "The workspace",
    "ARG": "The call",
    "DATA": "Missing data",
    "FILE": "Files",
    "MAP": "Mapping files",
    "ROW": "Rows",
    "SKIP": "Rows left out on purpose",
    "TYPE": "Values",
    "TIME": "Dates and times",
    "RANGE": "Bounds",
    "ID": "Ids",
    "POL": "The policy",
    "CARD": "Cards of metrics",
    "FX": "Exchange rates",
    "REC": "Reconciliation",
    "LIB": "Libraries",
    "WHO": "People and sign-in",
    "WEB": "The app",
    "STATE": "The application's database",
    "OWN": "Faults of ours",
    "W": "Suspicions",
}


def errors_page() -> str:
    """Every error code, by family, in the order of the code."""
    return joined("src/percontact/values/codes.py", _errors())


def _errors() -> Iterator[str]:
    yield "# Errors"
    yield (
        "An error says where, what, why we think so, and what to do, and bears a code. "
        "`percontact help CODE` prints its page. A bad row does not stop an import: it is set aside with its "
        "code, and `percontact imports --aside N` lists it."
    )
    yield (
        "A code that begins with W is a suspicion: rows that keep every rule and still look wrong. It sets "
        "no row aside and changes no figure. The import says it, `percontact imports --show N` keeps it, and "
        "`percontact check` repeats it while the import is live."
    )
    yield "Exit codes: 0 ok, 1 a problem was found, 2 wrong usage (all `E-ARG` codes)."
    before = ""
    for code, (title, meaning, remedy) in CODES.items():
        if family(code) != before:
            before = family(code)
            yield f"## {FAMILIES.get(before, before)}"
        yield f"### {code}: {title}"
        yield f"{meaning}\n\nWhat to do: {remedy}"


def family(code: str) -> str:
    """Under which heading a code stands: suspicions stand together."""
    return "W" if code.startswith("W-") else code.split("-")[1]
