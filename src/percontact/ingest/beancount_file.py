# SPDX-License-Identifier: Apache-2.0
"""beancount files: each posting to an account of expenses is a row, its number exact to the last digit.

beancount's own parser reads them; its licence is the GPL, so it is an extra that users install themselves.
Nothing that a file names is run: neither its plugins nor the files it includes.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from percontact.ingest.found import Found, canonical, named_headers, write_canonical
from percontact.ingest.mapping import Mapping
from percontact.ingest.unpack import name_of, open_bytes
from percontact.values.problem import PercontactError, problem

HEADERS = ("date", "posted_on", "account", "cost_centre", "vendor", "text", "tag", "amount", "currency")
"""What a row says, in the words of the table ledger."""

_COST_CENTRES = ("cost_centre", "cost_center", "cost-centre", "cost-center", "costcentre", "costcenter")


def read_beancount(path: Path, mapping: Mapping, folder: Path) -> Found:
    """The postings to accounts of expenses as rows of text; writes rows.csv in `folder`.

    A row's line is the posting's own. Amounts left to beancount are worked out by it; what does not balance
    is said. Raises E-LIB-01 without beancount, E-FILE-02 (no UTF-8), E-FILE-06 (malformed, or it includes
    other files).
    """
    name = name_of(path)
    entries, options, told = _read(path, name)
    expenses = str(options["name_expenses"])
    rows = sorted(_postings(entries, expenses))
    target = folder / "rows.csv"
    write_canonical(target, rows)
    # Counted by the accounts alone, before a row is made of any posting.
    accounts = [str(p.account) for e in entries for p in getattr(e, "postings", None) or ()]
    seen = sum(a == expenses or a.startswith(f"{expenses}:") for a in accounts)
    if len(accounts) > seen:
        told.append(f"{len(accounts) - seen:,} postings to accounts other than {expenses} are no costs.")
    return Found(
        named_headers(HEADERS, mapping, name), canonical(target, len(HEADERS)), seen, notes=tuple(told)
    )


def _read(path: Path, name: str) -> tuple[list[Any], dict[str, Any], list[str]]:
    """(entries with every amount worked out, options of the file, sentences for the receipt)."""
    parser, booking, validation = _library(name)
    with open_bytes(path) as data:
        try:
            text = data.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            do = "Save it as UTF-8, as beancount wants it."
            raise problem("E-FILE-02", name, "the file is not UTF-8", str(error), do) from error
    entries, errors, options = parser.parse_string(text, report_filename=name)
    if errors:
        first = errors[0]
        raise _not(name, f"line {first.source['lineno']} is malformed", f"beancount says: {first.message}.")
    if others := [other for other in options["include"] if other != name]:
        why = "Only the bytes of the file itself are kept and compared, so a change in those would be missed."
        raise _not(name, f"it includes other files: {', '.join(others[:3])}", why, "Join them into one file.")
    entries, errors = booking.book(entries, options)
    errors = [*errors, *validation.validate_check_transaction_balances(entries, options)]
    told = [
        f"beancount says of line {e.source['lineno']}: {' '.join(str(e.message).split())}."
        for e in errors[:5]
    ]
    if len(errors) > 5:
        told.append(f"beancount says so of {len(errors) - 5:,} more.")
    if options["plugin"]:
        plugins = ", ".join(str(plugin) for plugin, _ in options["plugin"])
        told.append(f"It names plugins, which were not run: {plugins}. What they would change is not in it.")
    return entries, options, told


def _library(name: str) -> tuple[Any, Any, Any]:
    try:
        return (
            importlib.import_module("beancount.parser.parser"),
            importlib.import_module("beancount.parser.booking"),
            importlib.import_module("beancount.ops.validation"),
        )
    except ImportError as error:
        raise problem(
            "E-LIB-01",
            name,
            "beancount is not installed",
            "Its own parser reads such files; its licence is the GPL, so it is not part of percontact.",
            "Install it: pip install 'percontact[beancount]'. Or export with bean-query -f csv.",
        ) from error


def _postings(entries: Sequence[Any], expenses: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(line, cells) of each posting to an account of expenses."""
    for entry in entries:
        for posting in getattr(entry, "postings", None) or ():
            account = str(posting.account)
            if account != expenses and not account.startswith(f"{expenses}:"):
                continue
            own, shared = posting.meta or {}, entry.meta
            centre = next((str(m[k]) for m in (own, shared) for k in _COST_CENTRES if m.get(k)), "")
            units = posting.units
            cells = (
                entry.date.isoformat(),
                entry.date.isoformat(),
                account,
                centre,
                entry.payee or "",
                entry.narration or "",
                " ".join(sorted(entry.tags or ())),
                f"{units.number:f}",
                str(units.currency),
            )
            yield int(own.get("lineno", shared["lineno"])), cells


def _not(
    name: str, what: str, why: str, do: str = "Correct it; bean-check shows all of it."
) -> PercontactError:
    return problem("E-FILE-06", name, what, why, do)
