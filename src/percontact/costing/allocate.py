# SPDX-License-Identifier: Apache-2.0
"""Where money touches work, and nowhere else: amount = rate x quantity.

Shape 2 of the two query shapes. Cost is linear in its drivers, so sums may be taken before pricing
(few groups) or after it (single contacts, customers); both give the same integers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from percontact.costing.policy import Pool
from percontact.costing.rate import Basis, Combos, Key, Rate, Scopes
from percontact.costing.work import Part
from percontact.records.dialect import WIDE, quote

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Prices:
    """Names of the tables that price work on one basis.

    weights   (month, pool keys, one column a part): the summed rates of all pools that claim the combination
    by_pool   the same, a row a pool
    residual  (row_id, month, pool, pico): what the divisions left, each on its anchor row
    """

    keys: tuple[str, ...]
    parts: tuple[Part, ...]
    weights: str
    by_pool: str
    residual: str

    def amount(self, work: str, rate: str) -> str:
        """SQL of the price of a row `work` at the rates of a row `rate`, in whole pico."""
        wide = WIDE["duckdb"]
        terms = [f"CAST({work}.{quote(p.name)} AS {wide}) * {rate}.{quote(p.name)}" for p in self.parts]
        return " + ".join(terms) or f"CAST(0 AS {wide})"

    def join(self, work: str, rate: str) -> str:
        """SQL condition that a rate row is the one for a work row."""
        tests = [f"{rate}.month = {work}.month"]
        tests += [f"{rate}.{quote('key_' + k)} IS NOT DISTINCT FROM CAST({work}.{quote(k)} AS VARCHAR)" for k in self.keys]
        return " AND ".join(tests)


def allocate(
    con: duckdb.DuckDBPyConnection,
    rates: Sequence[Rate],
    scopes: Scopes,
    combos: Combos,
    parts: Mapping[str, Sequence[Part]],
    pools: Mapping[str, Pool],
    basis: Basis,
) -> Prices:
    """Assign each pool's cost to the work that used its capacity: amount = rate x quantity.

    rates   one a (pool, month); cost in pico, quantity in the driver's finest unit
    combos  (month, pool keys) -> whole quantities of each part of each driver
    result  tables that price any row of work

    Law: per pool and month, sum(rate x quantity) + residual == rate.amount(basis), exactly.
    """
    by_name = {(r.pool, r.month): r for r in rates}
    flat = tuple({p.name: p for driver in parts.values() for p in driver}.values())
    place = {p.name: i for i, p in enumerate(flat)}
    claimed: dict[Key, list[Pool]] = {}
    long: list[tuple[date, Key, str, list[int]]] = []
    placed: dict[tuple[str, date], int] = defaultdict(int)
    for (month, key), usage in combos.items():
        if key not in claimed:
            claimed[key] = scopes.claims(key)
        for pool in claimed[key]:
            rate = by_name.get((pool.name, month))
            if rate is None:
                continue
            row = [0] * len(flat)
            for part in parts[pool.driver]:
                row[place[part.name]] = unit = rate.per_unit(basis, part.weight)
                placed[pool.name, month] += unit * usage.quantity[part.name]
            long.append((month, key, pool.name, row))
    name = f"rate_{basis}"
    _make_table(con, name, scopes.keys, flat, long)
    residual = [
        (r.anchor, r.month, r.pool, r.amount(basis) - placed[r.pool, r.month])
        for r in rates
        if r.anchor is not None and r.amount(basis) != placed[r.pool, r.month]
    ]
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name}_residual (row_id BIGINT, month DATE, pool VARCHAR, pico HUGEINT)")
    if residual:
        columns = list(zip(*residual, strict=True))
        con.execute(
            f"INSERT INTO {name}_residual SELECT unnest(?::BIGINT[]), unnest(?::DATE[]), unnest(?::VARCHAR[]), CAST(unnest(?::VARCHAR[]) AS HUGEINT)",
            [list(columns[0]), list(columns[1]), list(columns[2]), [str(x) for x in columns[3]]],
        )
    return Prices(scopes.keys, flat, name, f"{name}_pool", f"{name}_residual")


def _make_table(
    con: duckdb.DuckDBPyConnection, name: str, keys: Sequence[str], parts: Sequence[Part], long: Sequence[tuple[date, Key, str, list[int]]]
) -> None:  # fmt: skip
    key_fields = [quote("key_" + k) for k in keys]
    part_fields = [quote(p.name) for p in parts]
    defined = ["month DATE", *[f"{k} VARCHAR" for k in key_fields], "pool VARCHAR", *[f"{p} HUGEINT" for p in part_fields]]
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name}_pool ({', '.join(defined)})")
    if long:
        columns: list[list[object]] = [[m for m, _, _, _ in long]]
        columns += [[key[i] for _, key, _, _ in long] for i in range(len(keys))]
        columns.append([pool for _, _, pool, _ in long])
        columns += [[str(row[i]) for _, _, _, row in long] for i in range(len(parts))]
        unnests = ["unnest(?::DATE[])", *["unnest(?::VARCHAR[])"] * (len(keys) + 1), *["CAST(unnest(?::VARCHAR[]) AS HUGEINT)"] * len(parts)]
        con.execute(f"INSERT INTO {name}_pool SELECT {', '.join(unnests)}", columns)
    sums = ", ".join(f"CAST(sum({p}) AS HUGEINT) AS {p}" for p in part_fields)
    group = ", ".join(["month", *key_fields])
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {group}{', ' + sums if sums else ''} FROM {name}_pool GROUP BY {group}")
