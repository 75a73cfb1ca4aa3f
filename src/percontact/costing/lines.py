# SPDX-License-Identifier: Apache-2.0
"""Ledger lines: spread over the months they are for, in the reporting currency, each sent to its pool."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from percontact.costing.claim import claim_lines, make_rules
from percontact.costing.fx import RATE_SCALE, RateRow, month_rates
from percontact.costing.policy import Policy, Rule, place
from percontact.records.book import Book
from percontact.records.dialect import literal
from percontact.values.problem import did_you_mean, problem

if TYPE_CHECKING:
    import duckdb

Amounts = Literal["effective", "billed"]
"""Effective: spread over the days an amount is for (accrual). Billed: whole, in the month it was booked."""

_SPREAD_COLUMNS = (
    "row_id",
    "line_id",
    "account",
    "cost_centre",
    "vendor",
    "period_start",
    "period_end",
    "posted_on",
    "amount",
    "effective",
    "currency",
    "nature",
    "behaviour",
    "category",
    "class",
)
"""Columns of the ledger that its spread reads, besides those that rules match on."""


def spread_lines(con: duckdb.DuckDBPyConnection, book: Book, policy: Policy, amounts: Amounts) -> None:
    """Make the table `line_month`: each ledger line's part of each month, with its pool.

    Columns row_id, line_id, month, pool (NULL = no rule claims it), rule (number, from 1), nature, behaviour,
    category, account, cost_centre, vendor, correction, pico (1e-12 of the reporting currency), currency,
    source_pico (1e-12 of the line's own currency).

    Law: over the months of a line, sum(source_pico) is its amount, exactly: a part is the difference of two
    cumulative amounts by days (domain fixture: 3,660 over a leap year is 290 in February, 310 in January).
    Raises PercontactError E-FX-01 (a rate is missing), E-POL-02 (a rule names an unknown column).
    """
    _check_columns(book, policy.rules)
    extra = sorted({column for rule in policy.rules for column, _ in rule.match})
    ledger = book.relation("ledger", list(dict.fromkeys([*_SPREAD_COLUMNS, *extra])))
    if amounts == "billed":
        booked = "coalesce(posted_on, period_start)"
        span = f"{booked} AS s, CAST({booked} + 1 AS DATE) AS e, amount AS a"
    else:
        span = "period_start AS s, period_end AS e, coalesce(effective, amount) AS a"
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE line_part AS
        WITH line AS (
            SELECT *, {span} FROM {ledger}
        ), part AS (
            SELECT line.*,
                   CAST(m.month AS DATE) AS month,
                   CAST(trunc(a) AS HUGEINT) * 1000000000000
                       + CAST((a - trunc(a)) * 1000000000000 AS HUGEINT) AS total,
                   e - s AS days,
                   greatest(0, CAST(m.month AS DATE) - s) AS before,
                   least(e, CAST(m.month + INTERVAL 1 MONTH AS DATE)) - s AS until_now
            FROM line, LATERAL (
                SELECT unnest(generate_series(
                    date_trunc('month', s), CAST(e - 1 AS TIMESTAMP), INTERVAL 1 MONTH
                )) AS month
            ) m
        )
        SELECT * FROM part
    """)
    told = claim_lines(con, policy.rules, "line_part")
    reporting = literal(book.settings.currency)
    make_rules(con, policy.rules)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE line_month AS
        SELECT row_id, line_id, p.month, r.pool, k.rule,
               coalesce(r.nature, p.nature) AS nature,
               coalesce(r.behaviour, p.behaviour, 'fixed') AS behaviour,
               coalesce(r.category, p.category) AS category,
               account, cost_centre, vendor, coalesce(class = 'correction', false) AS correction,
               total * until_now // days - total * before // days AS source_pico,
               CASE WHEN coalesce(p.currency, {reporting}) = {reporting} THEN source_pico END AS pico,
               coalesce(p.currency, {reporting}) AS currency
        FROM line_part p {told} LEFT JOIN line_rule r ON r.rule = k.rule
    """)
    _translate(con, book)


def _translate(con: duckdb.DuckDBPyConnection, book: Book) -> None:
    """Give the lines of other currencies their pico."""
    needed = con.execute("SELECT DISTINCT currency, month FROM line_month WHERE pico IS NULL").fetchall()
    if not needed:
        return
    rates = month_rates(fx_rows(con, book), needed, book.settings.currency)
    for (currency, month), rate in rates.items():
        con.execute(
            # source_pico x rate in two parts, because the product of large amounts outgrows 128 bits.
            f"""
            UPDATE line_month
            SET pico = source_pico // {RATE_SCALE} * {rate}::HUGEINT
                     + source_pico % {RATE_SCALE} * {rate}::HUGEINT // {RATE_SCALE}
            WHERE currency = ? AND month = ?
            """,
            [currency, month],
        )


def fx_rows(con: duckdb.DuckDBPyConnection, book: Book) -> list[RateRow]:
    """The exchange rates of a Book."""
    return con.execute(
        f"SELECT period_start, period_end, from_currency, to_currency, rate FROM {book.relation('fx')}"
    ).fetchall()


def _check_columns(book: Book, rules: Sequence[Rule]) -> None:
    known = book.columns("ledger")
    for i, rule in enumerate(rules, 1):
        for column, _ in rule.match:
            if column not in known:
                raise problem(
                    "E-POL-02",
                    place("policy.yaml", rule.line, f"rule {i}"),
                    f"it matches on {column!r}, which the ledger does not have",
                    did_you_mean(column, known),
                    "Match on a column of the ledger.",
                )


def month_costs(con: duckdb.DuckDBPyConnection) -> dict[date, dict[str | None, tuple[int, int]]]:
    """Month -> pool -> (all cost, variable cost), in pico. Pool None: what no rule claims."""
    rows = con.execute("""
        SELECT month, pool, sum(pico), coalesce(sum(pico) FILTER (behaviour = 'variable'), 0)
        FROM line_month GROUP BY ALL
    """).fetchall()
    found: dict[date, dict[str | None, tuple[int, int]]] = {}
    for month, pool, whole, variable in rows:
        found.setdefault(month, {})[pool] = (whole, variable)
    return found


def source_totals(con: duckdb.DuckDBPyConnection, book: Book) -> dict[str, Decimal]:
    """Billed amount of the whole ledger by its own currency, straight from the rows.

    It is the oracle of the spread.
    """
    rows = con.execute(f"""
        SELECT coalesce(currency, {literal(book.settings.currency)}), sum(amount)
        FROM {book.relation("ledger")} GROUP BY 1
    """).fetchall()
    return dict(rows)
