# SPDX-License-Identifier: Apache-2.0
"""Where money touches work, and nowhere else: amount = rate x quantity.

Shape 2 of the two query shapes. Cost is linear in its drivers, so sums may be taken before pricing
(few groups) or after it (single contacts, customers); both give the same integers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import add, mul
from typing import TYPE_CHECKING

from percontact.costing.drivers import Part, flat_parts
from percontact.costing.rate import Basis, Combos, Key, Rate, Scopes, Use
from percontact.records.dialect import WIDE, quote

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Prices:
    """Names of the tables that price work on one basis.

    weights   (month, pool keys, one column a part): the summed rates of all pools that claim the combination
    residual  (row_id, pico): what the divisions left, each on its anchor row
    units     gives (month, first pool of its bundle, pool, rate of each part)
    claims    (pool keys, first pool of a bundle)
    rests     (row_id, month, pool, pico): the residual by pool
    """

    keys: tuple[str, ...]
    parts: tuple[Part, ...]
    weights: str
    residual: str
    units: Callable[[], Iterator[tuple[date, str, str, list[int]]]]
    claims: Sequence[tuple[Key, str]]
    rests: Sequence[tuple[int, date, str, int]]

    def amount(self, work: str, rate: str) -> str:
        """SQL of the price of a row `work` at the rates of a row `rate`, in whole pico."""
        wide = WIDE["duckdb"]
        terms = [f"CAST({work}.{quote(p.name)} AS {wide}) * {rate}.{quote(p.name)}" for p in self.parts]
        return " + ".join(terms) or f"CAST(0 AS {wide})"

    def join(self, work: str, rate: str) -> str:
        """SQL condition that a rate row is the one for a work row."""
        tests = [f"{rate}.month = {work}.month"]
        tests += [
            f"{rate}.{quote('key_' + k)} IS NOT DISTINCT FROM CAST({work}.{quote(k)} AS VARCHAR)"
            for k in self.keys
        ]
        return " AND ".join(tests)

    def join_residual(self, work: str, rest: str) -> str:
        """SQL that joins each row, or each sum, with what its first row bears of the residual."""
        return f"LEFT JOIN {self.residual} {rest} ON {rest}.row_id = {work}.anchor"

    def near_anchors(self) -> str:
        """SQL condition that a row may bear a residual; "" = none does.

        It names a few first rows of each month, so that the engine skips the rest.
        """
        ends: dict[date, tuple[int, int]] = {}
        for row_id, month, _, _ in self.rests:
            first, last = ends.get(month, (row_id, row_id))
            ends[month] = min(first, row_id), max(last, row_id)
        return " OR ".join(f"(anchor BETWEEN {first} AND {last})" for first, last in ends.values())

    def by_pool(self, con: duckdb.DuckDBPyConnection) -> tuple[str, str]:
        """Names of `weights` and `residual` with a row a pool; made when first asked for."""
        name = f"{self.weights}_pool"
        keys = [quote("key_" + k) for k in self.keys]
        parts = [quote(p.name) for p in self.parts]
        if not con.execute("SELECT 1 FROM duckdb_views() WHERE view_name = ?", [name]).fetchall():
            units = [(month, first, pool, *row) for month, first, pool, row in self.units()]
            _make_table(
                con,
                f"{name}_unit",
                ["month DATE", "bundle VARCHAR", "pool VARCHAR", *[f"{p} HUGEINT" for p in parts]],
                units,
            )
            claims = [(*key, first) for key, first in self.claims]
            _make_table(con, f"{name}_claim", [*[f"{k} VARCHAR" for k in keys], "bundle VARCHAR"], claims)
            _make_table(
                con,
                f"{name}_residual",
                ["row_id BIGINT", "month DATE", "pool VARCHAR", "pico HUGEINT"],
                self.rests,
            )
            fields = ", ".join(["u.month", *(f"c.{k}" for k in keys), "u.pool", *(f"u.{p}" for p in parts)])
            con.execute(f"""
                CREATE TEMP VIEW {name} AS
                SELECT {fields} FROM {name}_claim c JOIN {name}_unit u ON u.bundle = c.bundle
            """)
        return name, f"{name}_residual"


def allocate(
    con: duckdb.DuckDBPyConnection,
    name: str,
    rates: Sequence[Rate],
    scopes: Scopes,
    combos: Combos,
    uses: Mapping[tuple[str, date], Use],
    parts: Mapping[str, Sequence[Part]],
    basis: Basis,
) -> Prices:
    """Assign each pool's cost to the work that used its capacity: amount = rate x quantity.

    name    of the tables made, which price any row of work
    rates   one a (pool, month); cost in pico, quantity in the driver's finest unit
    combos  (month, pool keys) -> whole quantities of each part of each driver
    uses    (first pool of a bundle, month) -> what the bundle claims of them
    parts   driver -> its parts, of the drivers of pools that are assigned to work

    Law: per pool and month, sum(rate x quantity) + residual == rate.amount(basis), exactly.
    """
    flat = flat_parts(parts)
    claimed = {key: scopes.bundles(key) for key in dict.fromkeys(key for _, key in combos)}
    of_bundle: dict[tuple[str, date], list[Rate]] = defaultdict(list)
    for rate in rates:
        of_bundle[scopes.bundle[rate.pool], rate.month].append(rate)
    worth = {d: [p.weight for p in driver] for d, driver in parts.items()}
    places = {d: [flat.index(p) for p in driver] for d, driver in parts.items()}
    summed: dict[tuple[str, date], list[int]] = {}
    rests: list[tuple[int, date, str, int]] = []
    for (first, month), use in uses.items():
        driver = scopes.driver[first]
        total = [0] * len(worth[driver])
        for rate in of_bundle.get((first, month), ()):
            row = rate.per_units(basis, worth[driver])
            total = list(map(add, total, row))
            rest = rate.amount(basis) - sum(map(mul, row, use.quantity))
            if rest and rate.anchor is not None:
                rests.append((rate.anchor, month, rate.pool, rest))
        summed[first, month] = _placed(total, places[driver], len(flat))
    weights = [
        (month, *key, *map(sum, zip(*[summed[b[0].name, month] for b in claimed[key]], strict=True)))
        for month, key in combos
        if claimed[key]
    ]
    borne: dict[int, int] = defaultdict(int)
    for anchor, _, _, rest in rests:
        borne[anchor] += rest

    def units() -> Iterator[tuple[date, str, str, list[int]]]:
        for first, month in uses:
            driver = scopes.driver[first]
            for rate in of_bundle.get((first, month), ()):
                row = rate.per_units(basis, worth[driver])
                yield month, first, rate.pool, _placed(row, places[driver], len(flat))

    keys = [f"{quote('key_' + k)} VARCHAR" for k in scopes.keys]
    _make_table(con, name, ["month DATE", *keys, *[f"{quote(p.name)} HUGEINT" for p in flat]], weights)
    _make_table(con, f"{name}_residual", ["row_id BIGINT", "pico HUGEINT"], list(borne.items()))
    claims = [(key, bundle[0].name) for key, found in claimed.items() for bundle in found]
    return Prices(scopes.keys, flat, name, f"{name}_residual", units, claims, rests)


def _placed(values: Sequence[int], places: Sequence[int], width: int) -> list[int]:
    """Values of one driver's parts, each in its place among the parts of all drivers."""
    row = [0] * width
    for place, value in zip(places, values, strict=True):
        row[place] = value
    return row


def _make_table(
    con: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Make a table of `columns` (each a name and a type) and fill it a column at a time.

    Wide integers travel as text, for a list holds 64 bits.
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({', '.join(columns)})")
    if not rows:
        return
    kinds = [column.rpartition(" ")[2] for column in columns]
    filled = [
        [str(x) for x in c] if k == "HUGEINT" else list(c)
        for k, c in zip(kinds, zip(*rows, strict=True), strict=True)
    ]
    taken = [f"CAST(unnest(?::VARCHAR[]) AS {k})" if k == "HUGEINT" else f"unnest(?::{k}[])" for k in kinds]
    con.execute(f"INSERT INTO {name} SELECT {', '.join(taken)}", filled)
