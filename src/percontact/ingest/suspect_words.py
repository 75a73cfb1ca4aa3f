# SPDX-License-Identifier: Apache-2.0
"""Suspicious words: a ledger line that says contact centre and is the cost of something else."""

from __future__ import annotations

from collections.abc import Iterator

from percontact.ingest.landed import Landed, label, some
from percontact.values.problem import Problem

SAYS = r"(?i)\b(contact|call)[ -]?cent(er|re)s?\b"
"""What a rule that looks for the service's cost would match."""

MEANT = (
    r"(?i)(customer|client|contact|call|service[ -]?desk|help[ -]?desk|telephon|switchboard|enquir|kunden"
    r"|support)"
)
"""Words by which a cost centre or account is the service's own, so that the line belongs to it."""

FAMILIES = r"(?i)\b(famil|child|parent|visit|supervised)"
"""What a place where families meet is called, where nothing else says whose cost a line is."""

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
    if not own:
        return
    says = " OR ".join(f"regexp_matches({label(n)}, '{SAYS}')" for n in own)
    said = f"concat_ws(' | ', {', '.join(label(n) for n in own)})"
    telling = f"concat_ws(' | ', {', '.join(label(n) for n in whose) or 'NULL'})"
    # An account of digits, or the one that stands for none, says nothing of whose cost it is.
    speaks = f"regexp_matches(replace({telling}, 'unnamed', ''), '{A_WORD}')"
    elsewhere = f"{speaks} AND NOT regexp_matches({telling}, '{MEANT}')"
    other = f"({elsewhere} OR NOT {speaks} AND regexp_matches({said}, '{FAMILIES}'))"
    under = label(whose[0]) if whose else "NULL"
    found = landed.ask(
        f"SELECT coalesce({', '.join(label(n) for n in own)}), {under}, count(*), sum(amount), "
        f"min({landed.line}) FROM {landed.relation} WHERE ({says}) AND {other} "
        "GROUP BY ALL ORDER BY 3 DESC, 5"
    )
    if not found:
        return
    lines = sum(n for _, _, n, _, _ in found)
    amount = sum(a for _, _, _, a, _ in found)
    named = some([f"{v!r} under {u!r}" if u and u != "unnamed" else repr(v) for v, u, *_ in found], 3)
    yield Problem(
        "W-TEXT-01",
        landed.at(found[0][4]),
        f"{lines:,} line{'' if lines == 1 else 's'} of {amount:,.2f} say{'s' if lines == 1 else ''} contact "
        f"centre, yet seem{'s' if lines == 1 else ''} to be another service: {named}",
        "A contact centre is also a place where families meet, so the name alone does not make it a cost of "
        "this service.",
        "Let rules match the cost centre, not the vendor or text; or send these lines `to: outside`.",
    )
