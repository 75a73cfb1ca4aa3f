# SPDX-License-Identifier: Apache-2.0
"""A column Name right after that of the account: it names the account, or whom was paid.

By its header alone it is personal, as that of a payee or an employee may be. It is the account's where it
says of every account one thing only: a payee's changes from posting to posting.
"""

from __future__ import annotations

from dataclasses import replace

import duckdb

from percontact.ingest.found import Found
from percontact.ingest.plan import Plan, clean_name
from percontact.records.column import Table

NAMES = ("name", "names", "nom", "nombre", "nome", "naam", "bezeichnung")
"""Headers that say no more than that names stand below."""

LEAST_ACCOUNTS = 3


def is_of_account(con: duckdb.DuckDBPyConnection, relation: str, account: int, name: int) -> bool:
    """Whether the cells of a column say one thing of each account: some of several postings, or each of one.

    relation       SQL, ready after FROM, of the rows as text
    account, name  numbers of the two columns
    """
    ((accounts, most),) = con.execute(
        f"SELECT count(*), max(names) FROM (SELECT c{account} AS a, count(DISTINCT c{name}) AS names "
        f"FROM {relation} WHERE c{account} IS NOT NULL GROUP BY a)"
    ).fetchall()
    return bool(accounts >= LEAST_ACCOUNTS and most == 1)


def with_account_name(con: duckdb.DuckDBPyConnection, found: Found, planned: Plan, table: Table) -> Plan:
    """The plan with the column of account names that was left out as personal by its header alone."""
    account, column = planned.target("account"), table.column("account_name")
    if table.name != "ledger" or not column or account is None or planned.target("account_name"):
        return planned
    origin = account.origin
    worked = (origin.values, origin.match, origin.fill, origin.digits, account.when, account.instead)
    if len(account.parts) != 1 or any(worked):
        return planned
    place = account.parts[0] + 1
    if place >= len(found.headers) or clean_name(found.headers[place]) not in NAMES:
        return planned
    header = found.headers[place]
    withheld = tuple(one for one in planned.withheld if one[0] != header)
    if withheld == planned.withheld or not is_of_account(con, found.relation, account.parts[0], place):
        return planned
    named = replace(account, column=column, parts=(place,))
    note = f"`{header}` says one thing of each account, so it is read as account_name."
    at = planned.targets.index(account) + 1
    targets = (*planned.targets[:at], named, *planned.targets[at:])
    return replace(planned, targets=targets, withheld=withheld, notes=(*planned.notes, note))
