# SPDX-License-Identifier: Apache-2.0
"""Real labelled incidents: each as a cube of what was observed and expected, with the causes experts named.

Incidents are parted in two halves by the first byte of the SHA-256 of their id: even = tune, odd = held. The
settings of the scan were chosen on generated cubes and on the half `tune`; `held` was looked at once, after.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

PRIOR = 50.0
"""Observations at the earlier overall rate that each leaf is given: a leaf with little past has that rate."""
Cause = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Incident:
    name: str
    dims: tuple[str, ...]
    values: list[list[str]]
    codes: np.ndarray
    observed: np.ndarray
    expected: np.ndarray
    causes: frozenset[Cause]

    @property
    def half(self) -> str:
        return "tune" if hashlib.sha256(self.name.encode()).digest()[0] % 2 == 0 else "held"

    def named(self, slice_: tuple[tuple[int, int], ...]) -> Cause:
        return frozenset((self.dims[d], self.values[d][v]) for d, v in slice_)


def incidents(folder: Path) -> Iterator[Incident]:
    """Every incident: the minute it was noticed against all minutes before it."""
    con = duckdb.connect()
    rows, labels = str(folder / "rca_incidents.parquet"), str(folder / "rca_incidents_labels.csv")
    asked = "SELECT case_id, anomaly_timestamp, root_cause_json, dimensions FROM read_csv(?) ORDER BY 1"
    for name, at, causes, named in con.execute(asked, [labels]).fetchall():
        dims = tuple(named.split(";"))
        # A minute after the incident belongs to neither side.
        query = (
            f"SELECT {', '.join(f'CAST({d} AS VARCHAR)' for d in dims)}, "
            "sum(value) FILTER (min = $2), sum(cnt) FILTER (min = $2), "
            "coalesce(sum(value) FILTER (min < $2), 0), coalesce(sum(cnt) FILTER (min < $2), 0) "
            "FROM read_parquet($1) WHERE case_id = $3 GROUP BY ALL ORDER BY ALL"
        )
        leaves = con.execute(query, [rows, at, name]).fetchall()
        bad, all_ = sum(row[-2] for row in leaves), sum(row[-1] for row in leaves)
        now = [row for row in leaves if row[-3] is not None]
        rate = np.array([(row[-2] + PRIOR * float(bad / all_)) / (row[-1] + PRIOR) for row in now], float)
        values = [sorted({str(row[i]) for row in now}) for i in range(len(dims))]
        codes = np.array([[values[i].index(str(row[i])) for i in range(len(dims))] for row in now])
        told = json.loads(causes)
        truth = frozenset(
            frozenset((k, str(v)) for k, v in one.items())
            for one in (told if isinstance(told, list) else [told])
        )
        yield Incident(
            name, dims, values, codes, np.array([row[-4] for row in now], float),
            np.array([row[-3] for row in now], float) * rate.astype(float), truth,
        )  # fmt: skip
