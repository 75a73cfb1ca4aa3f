# SPDX-License-Identifier: Apache-2.0
"""Answers to where the money went: each cent of the ledger to its pool, and on to contacts or to none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from percontact.answers.reaching import Reach, noted, reached
from percontact.answers.tracing import origin
from percontact.costing.composition import composition
from percontact.costing.costed import CostedBook
from percontact.costing.policy import OUTSIDE, UNASSIGNED
from percontact.costing.slice import Slice
from percontact.costing.trail import LineShare, lines_behind
from percontact.pipeline import OpenBook
from percontact.report.placed import BY, Band, Line, Placed, PoolOpened, Ruled
from percontact.report.placed_map import map_document
from percontact.report.placed_pool import pool_document
from percontact.report.statement import Statement
from percontact.values.money import cents
from percontact.values.problem import did_you_mean, problem

LINES = 50
"""So many ledger lines are listed with their source, the largest."""


def placed(book: OpenBook, *, start: str | None = None, end: str | None = None, by: str = "") -> Placed:
    """The way of every cent of the whole months that a span touches: ledger, pools, channels.

    A span that only partly lies in the books is cut to what does, and the document says so.

    by  what ledger lines are gathered by (BY); "" = their category where lines have several, else account
    Law: bands into pools or none, and bands into the ends, each sum to the ledger, exactly.
    Raises E-DATA-01 without contacts or a ledger, E-ARG-01 for an unknown `by`.
    """
    question, reach = _question(book, start, end)
    costed = book.costed
    by = _gathered_by(costed, question, by)
    statement = book.state(replace(question, by=("channel",), asked=("channel",)), compare=False)
    made_of = _made_of(costed, question, by)
    bands = (*_into_pools(statement, made_of), *_out_of_pools(costed, question, statement))
    bands = (*bands, *_in_no_pool(costed, question, statement, by, made_of))
    found = Placed(
        span=question.span,
        by=by,
        statement=statement,
        bands=bands,
        rules=tuple(_rules(book, question)),
        unplaced=tuple(_listed(book, question, _unclaimed(costed, question))),
        names=_names(costed) if by == "account" else {},
    )
    return replace(found, document=noted(map_document(found), reach.says))


def pool_opened(
    book: OpenBook,
    pool: str,
    *,
    start: str | None = None,
    end: str | None = None,
    account: str | None = None,
) -> PoolOpened:
    """One pool: what it is made of, down to ledger lines with their source rows, and where its cost went.

    pool     of the policy; (unassigned) = what no rule claims; outside = what a rule leaves out
    account  only the lines of this account
    Raises E-ARG-01 for an unknown pool.
    """
    question, reach = _question(book, start, end)
    costed = book.costed
    statement = book.state(replace(question, by=("channel",), asked=("channel",)), compare=False)
    if pool in (UNASSIGNED, OUTSIDE):
        lines = _unclaimed(costed, question, None if pool == UNASSIGNED else pool)
    elif pool in costed.policy.pools:
        lines = _of_pool(costed, question, pool)
    else:
        known = [*costed.policy.pools, UNASSIGNED, OUTSIDE]
        what, do = f"there is no pool {pool!r}", f"The pools are {', '.join(known)}."
        raise problem("E-ARG-01", "pool", what, did_you_mean(pool, known), do)
    chosen = [x for x in lines if account is None or x.account == account]
    ends = [b for b in _out_of_pools(costed, question, statement) if b.source == pool]
    found = PoolOpened(
        span=question.span,
        pool=pool,
        account=account,
        statement=statement,
        accounts=tuple(_by_account(lines, costed.currency)),
        whole=cents(sum(x.pico for x in lines), costed.currency),
        lines=tuple(_listed(book, question, chosen)),
        lines_in_all=len(chosen),
        ends=tuple(ends),
        names=_names(costed),
        policy_pool=costed.policy.pools.get(pool),
        given=tuple(x for x in statement.shared if x.pool == pool),
    )
    return replace(found, document=noted(pool_document(found), reach.says))


def _question(book: OpenBook, start: str | None, end: str | None) -> tuple[Slice, Reach]:
    """The whole months that a span touches as far as the books reach: pools and rates are of months."""
    book.need("contacts")
    book.need("ledger")
    reach = reached(book, start, end)
    asked = book.ask(start=reach.start, end=reach.end)
    return replace(asked, span=asked.months, grain="whole"), reach


def _gathered_by(costed: CostedBook, question: Slice, by: str) -> str:
    if by and by not in BY:
        what, do = f"ledger lines are not gathered by {by!r}", f"Choose {', '.join(BY)}."
        raise problem("E-ARG-01", "by", what, did_you_mean(by, BY), do)
    if by:
        return by
    row = costed.con.execute(
        "SELECT count(DISTINCT category) FROM line_month WHERE month >= ? AND month < ?",
        [question.span.start, question.span.end],
    ).fetchone()
    return "category" if row and row[0] > 1 else "account"


# -- bands -------------------------------------------------------------------------------------------------


def _made_of(costed: CostedBook, question: Slice, by: str) -> dict[str, dict[str | None, int]]:
    """Pool -> what its cost is made of, in pico, shared cost followed to its own lines."""
    found: dict[str, dict[str | None, int]] = defaultdict(lambda: defaultdict(int))
    for (pool, _), parts in composition(costed, question.months, [by], "used").items():
        for (value,), pico in parts.items():
            found[pool][None if value is None else str(value)] += pico
    return found


def _into_pools(statement: Statement, made_of: dict[str, dict[str | None, int]]) -> Iterator[Band]:
    """Ledger to pool; they sum to the pool's cost."""
    for pool in statement.pools:
        for value, pico in _largest_first(made_of.get(pool.pool, {})):
            yield Band("ledger", value, "pool", pool.pool, cents(pico, statement.currency), pico)


def _largest_first(parts: Mapping[str | None, int]) -> list[tuple[str | None, int]]:
    return sorted(parts.items(), key=lambda part: (-abs(part[1]), part[0] or ""))


def _out_of_pools(costed: CostedBook, question: Slice, statement: Statement) -> Iterator[Band]:
    """Pool to channel, to unused and to unassigned; they sum to the pool's cost."""
    went: dict[str, dict[str | None, int]] = defaultdict(lambda: defaultdict(int))
    for cell in costed.cells(replace(question, by=("pool", "channel"), asked=()))[0]:
        pool, channel = cell.values
        went[str(pool)][None if channel is None else str(channel)] += cell.pico
    for line in statement.pools:
        for channel, pico in _largest_first(went[line.pool]):
            if pico:
                yield Band("pool", line.pool, "channel", channel, cents(pico, costed.currency), pico)
        *_, unused, unassigned = line.exact
        if unused:
            yield Band("pool", line.pool, "end", "unused", line.unused, unused)
        if unassigned:
            yield Band("pool", line.pool, "end", "unassigned", line.unassigned, unassigned)


def _in_no_pool(
    costed: CostedBook,
    question: Slice,
    statement: Statement,
    by: str,
    made_of: dict[str, dict[str | None, int]],
) -> Iterator[Band]:
    """What no rule claims, and what shared pools could not give on: straight to unassigned."""
    rows = costed.con.execute(
        f"SELECT CAST({by} AS VARCHAR), sum(pico) FROM line_month "
        "WHERE pool IS NULL AND month >= ? AND month < ? GROUP BY 1 ORDER BY 1",
        [question.span.start, question.span.end],
    ).fetchall()
    parts: dict[str | None, int] = {value: int(pico) for value, pico in rows}
    givers = {p.name for p in costed.policy.shared_pools}
    for pool, made in made_of.items():
        for value, pico in made.items() if pool in givers else ():
            parts[value] = parts.get(value, 0) + pico
    for value, pico in _largest_first(parts):
        yield Band("ledger", value, "end", "unassigned", cents(pico, statement.currency), pico)


# -- lines and rules ---------------------------------------------------------------------------------------


def _of_pool(costed: CostedBook, question: Slice, pool: str) -> list[LineShare]:
    """The lines that a pool's cost is made of; of one that serves others, its own."""
    if costed.policy.pools[pool].shared:
        return _unclaimed(costed, question, pool)
    rates = [r for r in costed.rates(question.months) if r.pool == pool]
    return lines_behind(costed, question, {(pool, r.month): r.cost for r in rates})


def _unclaimed(costed: CostedBook, question: Slice, pool: str | None = None) -> list[LineShare]:
    """The lines sent to a pool itself; None = those that no rule claims."""
    ledger = costed.book.relation("ledger", ["row_id", "account_name", "vendor", "text"])
    rows = costed.con.execute(
        f"""
        SELECT l.row_id, any_value(l.line_id), any_value(l.account),
               any_value(concat_ws(', ', t.account_name, t.vendor, t.text)), sum(l.pico)
        FROM line_month l JOIN {ledger} t USING (row_id)
        WHERE l.pool IS NOT DISTINCT FROM ? AND l.month >= ? AND l.month < ? GROUP BY 1
        """,
        [pool, question.span.start, question.span.end],
    ).fetchall()
    found = [
        LineShare(row_id, line_id, account, words or "", pool or UNASSIGNED, int(pico), int(pico))
        for row_id, line_id, account, words, pico in rows
    ]
    return sorted(found, key=lambda line: (-abs(line.pico), line.row_id))


def _by_account(lines: Sequence[LineShare], currency: str) -> Iterator[tuple[str, int, int]]:
    """(account, lines, cents), the largest first."""
    sums: dict[str, int] = defaultdict(int)
    count: dict[str, int] = defaultdict(int)
    for line in lines:
        sums[line.account] += line.pico
        count[line.account] += 1
    order = sorted(sums, key=lambda a: (-abs(sums[a]), a))
    for account in order:
        yield account, count[account], cents(sums[account], currency)


def _listed(book: OpenBook, question: Slice, lines: Sequence[LineShare]) -> Iterator[Line]:
    """The largest lines, each with the file and line it was read from."""
    currency, where = book.settings.currency, partial(origin, book)
    for line in lines[:LINES]:
        yield Line(
            line.line_id, line.account, line.text, cents(line.month_pico, currency),
            cents(line.pico, currency), where(line.row_id),
        )  # fmt: skip


def _rules(book: OpenBook, question: Slice) -> Iterator[Ruled]:
    """The rules that placed a line of the span, in their order, with what each placed."""
    rows = book.costed.con.execute(
        "SELECT rule, count(DISTINCT row_id), sum(pico) FROM line_month "
        "WHERE rule IS NOT NULL AND month >= ? AND month < ? GROUP BY 1 ORDER BY 1",
        [question.span.start, question.span.end],
    ).fetchall()
    for number, lines, pico in rows:
        amount = cents(int(pico), book.settings.currency)
        yield Ruled(int(number), book.policy.rules[number - 1], int(lines), amount)


def _names(costed: CostedBook) -> dict[str, str]:
    """Account -> its name, where the ledger says one."""

    def read() -> dict[str, str]:
        ledger = costed.book.relation("ledger", ["account", "account_name"])
        rows = costed.con.execute(
            f"SELECT account, any_value(account_name) FROM {ledger} WHERE account_name IS NOT NULL GROUP BY 1"
        ).fetchall()
        return {str(account): str(name) for account, name in rows}

    return costed.once("account names", read)
