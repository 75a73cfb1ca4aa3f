# SPDX-License-Identifier: Apache-2.0
"""Where money touches work, and nowhere else: amount = rate x quantity.

Shape 2 of the two query shapes. Cost is linear in its drivers, so sums may be taken before pricing
(few groups) or after it (single contacts, customers); both give the same integers.
"""

from __future__ import annotations

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
    by_pool   the same, a row a pool (a view)
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
    claimed = {key: scopes.bundles(key) for key in dict.fromkeys(key for _, key in combos)}
    bundles = {bundle[0].name: bundle for found in claimed.values() for bundle in found}
    quantity = _quantities(combos, claimed, parts)
    units: list[tuple[date, str, str, list[int]]] = []
    summed: dict[tuple[str, date], list[int]] = {}
    residual: list[tuple[int, date, str, int]] = []
    for (first, month), quantities in quantity.items():
        driver = parts[bundles[first][0].driver]
        total = [0] * len(driver)
        for pool in bundles[first]:
            rate = by_name.get((pool.name, month))
            if rate is None:
                continue
            row = [rate.per_unit(basis, part.weight) for part in driver]
            total = [t + unit for t, unit in zip(total, row, strict=True)]
            units.append((month, first, pool.name, _placed(row, driver, flat)))
            rest = rate.amount(basis) - sum(unit * q for unit, q in zip(row, quantities, strict=True))
            if rest and rate.anchor is not None:
                residual.append((rate.anchor, month, pool.name, rest))
        summed[first, month] = _placed(total, driver, flat)
    weights = [
        (month, key, [sum(column) for column in zip(*(summed[b[0].name, month] for b in claimed[key]), strict=True)])
        for month, key in combos
        if claimed[key]
    ]
    name = f"rate_{basis}"
    _make_tables(con, name, scopes.keys, flat, weights, units, [(key, b[0].name) for key, found in claimed.items() for b in found])
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name}_residual (row_id BIGINT, month DATE, pool VARCHAR, pico HUGEINT)")
    _insert(con, f"{name}_residual", ("BIGINT", "DATE", "VARCHAR", "HUGEINT"), residual)
    return Prices(scopes.keys, flat, name, f"{name}_pool", f"{name}_residual")


def _quantities(
    combos: Combos, claimed: Mapping[Key, list[list[Pool]]], parts: Mapping[str, Sequence[Part]]
) -> dict[tuple[str, date], list[int]]:
    """(first pool of a bundle, month) -> quantity of each part of its driver, over the combinations it claims."""
    found: dict[tuple[str, date], list[int]] = {}
    for (month, key), usage in combos.items():
        for bundle in claimed[key]:
            here = [usage.quantity[p.name] for p in parts[bundle[0].driver]]
            before = found.get((bundle[0].name, month))
            found[bundle[0].name, month] = here if before is None else [a + b for a, b in zip(before, here, strict=True)]
    return found


def _placed(values: Sequence[int], driver: Sequence[Part], flat: Sequence[Part]) -> list[int]:
    """Values of one driver's parts, each in its place among the parts of all drivers."""
    here = {p.name: v for p, v in zip(driver, values, strict=True)}
    return [here.get(p.name, 0) for p in flat]


def _make_tables(
    con: duckdb.DuckDBPyConnection, name: str, keys: Sequence[str], parts: Sequence[Part],
    weights: Sequence[tuple[date, Key, list[int]]], units: Sequence[tuple[date, str, str, list[int]]],
    claims: Sequence[tuple[Key, str]],
) -> None:  # fmt: skip
    """Make the table of weights, and the same a row a pool as a view: a pool's rates times the combinations it claims."""
    key_fields, part_fields = [quote("key_" + k) for k in keys], [quote(p.name) for p in parts]
    key_columns, part_columns = [f"{k} VARCHAR" for k in key_fields], [f"{p} HUGEINT" for p in part_fields]
    kinds = ("VARCHAR",) * len(keys), ("HUGEINT",) * len(parts)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({', '.join(['month DATE', *key_columns, *part_columns])})")
    _insert(con, name, ("DATE", *kinds[0], *kinds[1]), [(month, *key, *row) for month, key, row in weights])
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name}_unit ({', '.join(['month DATE', 'bundle VARCHAR', 'pool VARCHAR', *part_columns])})")
    _insert(con, f"{name}_unit", ("DATE", "VARCHAR", "VARCHAR", *kinds[1]), [(month, first, pool, *row) for month, first, pool, row in units])
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name}_claim ({', '.join([*key_columns, 'bundle VARCHAR'])})")
    _insert(con, f"{name}_claim", (*kinds[0], "VARCHAR"), [(*key, first) for key, first in claims])
    fields = ", ".join(["u.month", *(f"c.{k}" for k in key_fields), "u.pool", *(f"u.{p}" for p in part_fields)])
    con.execute(f"CREATE OR REPLACE TEMP VIEW {name}_pool AS SELECT {fields} FROM {name}_claim c JOIN {name}_unit u ON u.bundle = c.bundle")


def _insert(con: duckdb.DuckDBPyConnection, table: str, kinds: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Add rows to a table a column at a time; wide integers travel as text, for a list holds 64 bits."""
    if not rows:
        return
    columns = [
        [str(x) for x in column] if kind == "HUGEINT" else list(column)
        for kind, column in zip(kinds, zip(*rows, strict=True), strict=True)
    ]
    taken = [f"CAST(unnest(?::VARCHAR[]) AS {kind})" if kind == "HUGEINT" else f"unnest(?::{kind}[])" for kind in kinds]
    con.execute(f"INSERT INTO {table} SELECT {', '.join(taken)}", columns)
