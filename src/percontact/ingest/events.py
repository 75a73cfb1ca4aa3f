# SPDX-License-Identifier: Apache-2.0
"""Event logs: the rows that belong together, put in order and made one; or one of them kept for all.

First every row gets its group and its place in it (`line_up`, after it was found); then, where rows are to
become one, each column takes one value of its rows (`merge`, before it is typed). No row is lost on the way:

    rows seen = rows landed + rows merged into them + rows set aside
"""

from __future__ import annotations

from dataclasses import replace

from percontact.ingest.found import Found
from percontact.ingest.lined import line_up
from percontact.ingest.merged import PLAIN, Gathered, merge
from percontact.ingest.plan import Plan, Target
from percontact.ingest.planning import plan
from percontact.ingest.reading import Reading
from percontact.records.column import Table


def gather(reading: Reading, found: Found, name: str) -> Gathered:
    """Line the rows up, and make one of each group unless the mapping keeps them; `name` is the file's."""
    lined = line_up(reading, found)
    headers, table, mapping = lined.found.headers, reading.table, reading.mapping
    planned = plan(headers, table, mapping, reading.settings, name, used=found.spent)
    planned = replace(planned, where=())
    planned = _said_to_be_derived(planned, table, set(range(len(found.headers), len(headers))))
    if mapping.group is None or mapping.group.keep != "one":
        return Gathered(lined.found, planned)
    return merge(reading, lined, planned)


def _said_to_be_derived(planned: Plan, table: Table, intervals: set[int]) -> Plan:
    """Work told by the time between two events is derived, not measured, unless the mapping says more.

    intervals  numbers of the cells that `until:` and `since:` add
    """
    basis = table.column("handle_basis")
    work = [planned.target(n) for n in ("handle_s", "talk_s", "hold_s", "wrap_s")]
    if basis is None or planned.target(basis.name) or not any(t and t.cells & intervals for t in work):
        return planned
    said = Target(basis, replace(PLAIN, constant="derived"), ())
    note = "Work time is the time between two events, so its basis is derived."
    return replace(planned, targets=(*planned.targets, said), notes=(*planned.notes, note))
