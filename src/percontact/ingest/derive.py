# SPDX-License-Identifier: Apache-2.0
"""What follows from the cells of one row: made ids, defaults, handle time, waits, local month."""

from __future__ import annotations

from dataclasses import dataclass

from percontact.ingest.person import person_sql
from percontact.ingest.plan import Plan
from percontact.records.book import Settings
from percontact.records.column import STORED, Table
from percontact.records.dialect import BUCKET, literal, quote
from percontact.records.tables import ROW_BITS

SPOKEN = ("voice", "video", "in_person", "phone", "call")
"""Channels in which one agent serves one customer from answer to end, so the span is the work. In writing
an agent serves several at once, and the span says nothing about the work."""


@dataclass(frozen=True, slots=True)
class Written:
    """A column as it is landed.

    sql    over the values v0, v1, ... of the row and its texts r0, r1, ...; "" = made by `later` alone
    later  over the columns so made and `_line`, for what is not needed before; "" = nothing more
    """

    name: str
    sql_type: str
    sql: str
    later: str = ""


def written(
    plan: Plan, table: Table, settings: Settings, *, key: bytes, number: int, made_id: str
) -> list[Written]:
    """Columns of the landed table, in the order of the contract, then of the file, then what landing adds.

    key      hashes persons
    number   import number; made_id  start of the ids that are made where the file has none
    A column the file has nothing for is left out, unless it has a default or follows from others.
    """
    v = {t.column.name: f"v{k}" for k, t in enumerate(plan.targets)}
    later: dict[str, str] = {}
    for column in table.columns:
        if column.default is not None:
            default = f"{literal(column.default)}::{column.stored}"
            if column.name not in v:
                later[column.name] = default
            v[column.name] = f"coalesce({v[column.name]}, {default})" if column.name in v else default
        elif column.kind == "currency" and not column.required and column.name not in v:
            v[column.name] = f"{literal(settings.currency)}::VARCHAR"
    made_later = set(later)
    if table.key and not table.column(table.key).required:  # type: ignore[union-attr]
        later[table.key] = f"coalesce({quote(table.key)}, {literal(made_id + '-')} || _line)"
        v.setdefault(table.key, "NULL::VARCHAR")
    for k, target in enumerate(plan.targets):
        # No rule asks for the hash of a person, so it is made for the rows that land, once for each person.
        if target.column.kind == "person" and target.instead is None:
            v[target.column.name] = f"r{k}"
            later[target.column.name] = person_sql(key, quote(target.column.name))
    if table.name in ("contacts", "handlings"):
        started = "answered_at" if table.name == "contacts" else "started_at"
        if _only_given(v, started):
            later["handle_basis"] = "CASE WHEN handle_s IS NOT NULL THEN 'measured' ELSE 'none' END"
            v["handle_basis"] = ""
            made_later.add("handle_basis")
        else:
            v |= _work(v, started=started)
    if table.name == "contacts" and (wait := _wait(v)):
        v["wait_s"] = wait
    extras = [t.column.name for t in plan.targets if t.extra]
    columns = [
        Written(c.name, c.stored, "" if c.name in made_later else v[c.name], later.get(c.name, ""))
        for c in table.columns
        if c.name in v
    ]
    columns += [Written(name, "VARCHAR", v[name]) for name in extras]
    return columns + _landed(v, table, number)


def month_end(start: str, end: str) -> str:
    """SQL of the first day after a span: as given; else, where the span starts with a month, the next."""
    return f"coalesce({end}, CASE WHEN day({start}) = 1 THEN CAST({start} + INTERVAL 1 MONTH AS DATE) END)"


def month(plan: Plan, table: Table, settings: Settings) -> str:
    """SQL of the first day of the local month of a row, NULL for tables without a time."""
    if table.when is None:
        return "NULL::DATE"
    at = next(f"v{k}" for k, t in enumerate(plan.targets) if t.column.name == table.when)
    return f"CAST(date_trunc('month', {local(at, settings.timezone)}) AS DATE)"


def local(at: str, timezone: str) -> str:
    """SQL of a UTC instant as local time."""
    return at if timezone == "UTC" else f"timezone({literal(timezone)}, timezone('UTC', {at}))"


def _landed(v: dict[str, str], table: Table, number: int) -> list[Written]:
    added = [Written("row_id", "BIGINT", "", f"{number << ROW_BITS} + _line")]
    if table.name in ("contacts", "handlings"):
        added.append(Written("bucket", "INTEGER", "", BUCKET["duckdb"].format(at="started_at")))
    if table.name == "contacts" and "outcome" in v:
        abandoned = f"lower({v['outcome']}) = 'abandoned'"
        added.append(Written("handled", "BIGINT", f"CASE WHEN {abandoned} THEN 0 ELSE {v['count']} END"))
    elif table.name == "contacts":
        # A file that says no outcome has no abandoned contacts to leave out.
        every = '"count"' if v["count"].startswith(("v", "coalesce")) else v["count"]
        added.append(Written("handled", "BIGINT", "", every))
    return added


def _only_given(v: dict[str, str], started: str) -> bool:
    """Whether handle time is given or unknown: no other column tells it, or how it is known."""
    span = started in v and "ended_at" in v and "channel" in v
    return "handle_s" in v and not span and not {"handle_basis", "talk_s", "wrap_s"} & set(v)


def _work(v: dict[str, str], *, started: str) -> dict[str, str]:
    """handle_s and handle_basis: as given, else talk + hold + wrap, else the span of a spoken contact."""
    given = v.get("handle_s", "NULL::DECIMAL(18,3)")
    basis = v.get("handle_basis", "NULL::VARCHAR")
    cases = [(f"{given} IS NOT NULL", given, f"coalesce({basis}, 'measured')")]
    talk, hold, wrap = (v.get(name) for name in ("talk_s", "hold_s", "wrap_s"))
    if talk or wrap:
        either = " OR ".join(f"{part} IS NOT NULL" for part in (talk, wrap) if part)
        total = " + ".join(f"coalesce({part}, 0)" for part in (talk, hold, wrap) if part)
        cases.append((f"({either})", total, f"coalesce({basis}, 'measured')"))
    if v.get(started) and v.get("ended_at") and v.get("channel"):
        spoken = ", ".join(literal(channel) for channel in SPOKEN)
        # The durations of a row that stands for many are totals, which no two moments can give.
        when = (
            f"(lower({v['channel']}) IN ({spoken}) AND {v['count']} = 1 AND {v[started]} <= {v['ended_at']})"
        )
        cases.append((when, _span(v[started], v["ended_at"]), "'derived'"))
    bases = " ".join(f"WHEN {when} THEN {name}" for when, _, name in cases)
    found = {"handle_basis": f"CASE {bases} ELSE 'none' END"}
    if len(cases) > 1 or "handle_s" in v:
        lengths = " ".join(
            f"WHEN {when} THEN TRY_CAST({length} AS {STORED['seconds']})" for when, length, _ in cases
        )
        found["handle_s"] = f"CASE {lengths} END"
    return found


def _wait(v: dict[str, str]) -> str | None:
    """wait_s as given, else from entering the queue, or from arrival, to the answer."""
    if "answered_at" not in v:
        return v.get("wait_s")
    since = f"coalesce({v['queued_at']}, {v['started_at']})" if "queued_at" in v else v["started_at"]
    # A queue left before it was entered says nothing, rather than 0.
    sane = f"{v['count']} = 1 AND {since} <= {v['answered_at']}"
    known = f"CASE WHEN {sane} THEN {_span(since, v['answered_at'])} END"
    return f"coalesce({v['wait_s']}, {known})" if "wait_s" in v else known


def _span(start: str, end: str) -> str:
    micros = f"CAST(epoch_us({end}) - epoch_us({start}) AS DECIMAL(18,0))"
    return f"TRY_CAST({micros} * 0.000001::DECIMAL(7,6) AS {STORED['seconds']})"
