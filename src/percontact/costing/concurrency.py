# SPDX-License-Identifier: Apache-2.0
"""Concurrent work: an agent's minute is split among the contacts open in it, never counted twice.

Cost of a chat = integral of rate / (contacts open at that moment) dt. Sources: domain page, concurrency.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from percontact.records.book import Book
from percontact.records.dialect import in_folded

if TYPE_CHECKING:
    import duckdb


def split_concurrent_time(con: duckdb.DuckDBPyConnection, book: Book, channels: Sequence[str]) -> bool:
    """Make the table `split_time` (row_id, split_s) for the contacts and handlings of some channels.

    A row takes part when it names an agent, stands for one contact, and has a start (answered_at, else
    started_at) and an end (ended_at, else start + handle_s). Others keep the time they came with.
    Returns whether any row took part.

    Law: per agent, sum(split_s) is the time in which at least one contact was open, to the millisecond.
    """
    parts = [_intervals(book, table, channels) for table in ("contacts", "handlings") if book.has(table)]
    none = (
        "SELECT NULL::BIGINT AS row_id, NULL AS agent, NULL::TIMESTAMP AS s, NULL::TIMESTAMP AS e WHERE false"
    )
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE open_time AS
        WITH span AS ({" UNION ALL ".join(parts) or none})
        SELECT row_id, agent, d.day,
               epoch_ms(greatest(s, d.day)) AS s,
               epoch_ms(least(e, d.day + INTERVAL 1 DAY)) AS e
        FROM span, LATERAL (SELECT unnest(generate_series(date_trunc('day', s), e, INTERVAL 1 DAY)) AS day) d
        WHERE e > s AND least(e, d.day + INTERVAL 1 DAY) > greatest(s, d.day)
    """)
    # Cut each agent's day at every start and end; between two cuts the same contacts are open.
    con.execute("""
        CREATE OR REPLACE TEMP TABLE split_time AS
        WITH cut AS (
            SELECT agent, day, s AS cut_ms FROM open_time UNION SELECT agent, day, e FROM open_time
        ), segment AS (
            SELECT agent, day, cut_ms AS s,
                   lead(cut_ms) OVER (PARTITION BY agent, day ORDER BY cut_ms) AS e
            FROM cut
        ), shared AS (
            SELECT o.row_id, g.e - g.s AS ms,
                   count(*) OVER (PARTITION BY g.agent, g.day, g.s) AS open,
                   row_number() OVER (PARTITION BY g.agent, g.day, g.s ORDER BY o.row_id) AS place
            FROM segment g
            JOIN open_time o ON o.agent = g.agent AND o.day = g.day AND o.s <= g.s AND o.e >= g.e
            WHERE g.e IS NOT NULL
        ), split AS (
            SELECT row_id, sum(ms // open + CASE WHEN place <= ms % open THEN 1 ELSE 0 END) AS ms
            FROM shared GROUP BY row_id
        )
        SELECT row_id, CAST(ms AS DECIMAL(18,0)) * 0.001::DECIMAL(4,3) AS split_s FROM split
    """)
    found = con.execute("SELECT count(*) FROM split_time").fetchone()
    return bool(found and found[0])


def open_spans_sql(book: Book, table: str, channels: Sequence[str]) -> str:
    """SQL of (month, first start, last end) as text, of all rows of a table whose time may be split."""
    wanted = ["month", "channel", "started_at", "ended_at", "handle_s"]
    wanted += ["answered_at"] if table == "contacts" else []
    start = _start(table)
    other = "c.channel IS NULL OR " if table == "handlings" else ""  # it may have that of its contact
    return (
        f"SELECT month, CAST(min({start}) AS VARCHAR), CAST(max({_end(start)}) AS VARCHAR) "
        f"FROM {book.relation(table, wanted)} c WHERE {other}{in_folded('c.channel', channels)} GROUP BY 1"
    )


def _start(table: str) -> str:
    return "coalesce(c.answered_at, c.started_at)" if table == "contacts" else "c.started_at"


def _end(start: str) -> str:
    return f"coalesce(c.ended_at, {start} + to_microseconds(CAST(c.handle_s * 1000000 AS BIGINT)))"


def _intervals(book: Book, table: str, channels: Sequence[str]) -> str:
    wanted = ["row_id", "contact_id", "agent", "channel", "count", "started_at", "ended_at", "handle_s"]
    start, agent, channel, joins = _start(table), "c.agent", "c.channel", ""
    if table == "contacts":
        wanted.append("answered_at")
        if book.has("handlings"):
            # The time of such a contact is that of its handlings; were both open, half of it would vanish.
            legs = book.relation("handlings", ["contact_id"])
            joins = f" ANTI JOIN {legs} h ON h.contact_id = c.contact_id"
    elif book.has("contacts"):
        # A handling that does not say takes its agent and channel from its contact, as in every answer.
        contacts = book.relation("contacts", ["contact_id", "agent", "channel"])
        joins = f" LEFT JOIN {contacts} p ON p.contact_id = c.contact_id"
        agent, channel = "coalesce(c.agent, p.agent)", "coalesce(c.channel, p.channel)"
    return (
        f"SELECT c.row_id, {agent} AS agent, {start} AS s, {_end(start)} AS e "
        f"FROM {book.relation(table, wanted)} c{joins} "
        f'WHERE {agent} IS NOT NULL AND c."count" = 1 AND {in_folded(channel, channels)}'
    )
