# SPDX-License-Identifier: Apache-2.0
"""Suspicious words: a ledger line that says contact centre and is the cost of something else."""

from __future__ import annotations

from collections.abc import Iterator

from percontact.ingest.landed import LINE, Landed, label, some
from percontact.values.problem import Problem

SAYS = r"(?i)\b(contact|call)[ -]?cent(er|re)s?\b"
"""What a rule that looks for the service's cost would match."""

MEANT = (
    r"(?i)(customer|client|contact|call|service[ -]?desk|help[ -]?desk|telephon|switchboard|enquir|kunden"
    r"|support)"
)
"""Words by which a cost centre or account is the service's own, so that the line belongs to it."""

A_WORD = "[A-Za-z]{3}"

OWN_WORDS = ("vendor", "text")
"""Columns in which a supplier's name or a note stands; the others say whose cost it is."""


def words(landed: Landed) -> Iterator[Problem]:
    """Lines whose vendor or text says contact centre, in an account or cost centre of another service."""
    if landed.table.name != "ledger":
        return
    own = [n for n in OWN_WORDS if landed.has(n)]
    others = (*OWN_WORDS, "behaviour", "nature", "class", "tag")
    whose = sorted((n for n in landed.words() if n not in others), key=lambda n: n != "cost_centre")
    if not own or not whose:
        return
    says = " OR ".join(f"regexp_matches({label(n)}, '{SAYS}')" for n in own)
    telling = f"concat_ws(' | ', {', '.join(label(n) for n in whose)})"
    # An account of digits says nothing of whose cost it is.
    other = f"regexp_matches({telling}, '{A_WORD}') AND NOT regexp_matches({telling}, '{MEANT}')"
    found = landed.ask(
        f"SELECT coalesce({', '.join(label(n) for n in own)}), {label(whose[0])}, count(*), sum(amount), "
        f"min({LINE}) FROM {landed.relation} WHERE ({says}) AND {other} GROUP BY ALL ORDER BY 3 DESC, 5"
    )
    if not found:
        return
    lines = sum(n for _, _, n, _, _ in found)
    amount = sum(a for _, _, _, a, _ in found)
    named = some([f"{vendor!r} under {under!r}" for vendor, under, *_ in found], 3)
    yield Problem(
        "W-TEXT-01",
        landed.at(found[0][4]),
        f"{lines:,} line{'' if lines == 1 else 's'} of {amount:,.2f} say{'s' if lines == 1 else ''} contact "
        f"centre, yet {'is' if lines == 1 else 'are'} booked elsewhere: {named}",
        "A contact centre is also a place where families meet, so the name alone does not make it a cost of "
        "this service.",
        "Let rules match the cost centre, not the vendor or text; or send these lines `to: outside`.",
    )
