# SPDX-License-Identifier: Apache-2.0
"""What both peers show: contacts handled and their average handle time by team, of one month and channel.

They read the very Parquet files that percontact reads, with the same engine, and keep each answer.
"""

import os
from functools import lru_cache
from pathlib import Path

import duckdb

FACTS = Path(os.environ["SERVING_FACTS"])
CON = duckdb.connect()
CON.execute("SET TimeZone = 'UTC'")


@lru_cache(maxsize=100_000)
def by_team(month: str, channel: str) -> list[tuple[str, int, float]]:
    """(team, contacts handled with a known time, average handle time in seconds), the longest first."""
    files = [str(f) for f in sorted((FACTS / month).glob("*.parquet"))]
    where = "channel = ?" if channel else "true"
    return (
        CON.cursor()
        .execute(
            f"SELECT team, count(handle_s), avg(handle_s) FROM read_parquet(?) "
            f"WHERE {where} AND handle_s IS NOT NULL AND lower(outcome) IS DISTINCT FROM 'abandoned' "
            "GROUP BY team ORDER BY 3 DESC",
            [files, *([channel] if channel else [])],
        )
        .fetchall()
    )


def choices() -> tuple[list[str], list[str]]:
    """Months, the newest first, and channels."""
    months = sorted((f.name for f in FACTS.iterdir() if f.is_dir()), reverse=True)
    rows = CON.cursor().execute(
        "SELECT DISTINCT channel FROM read_parquet(?) WHERE channel IS NOT NULL ORDER BY 1",
        [str(FACTS / months[0] / "*.parquet")],
    )
    return months, [c for (c,) in rows.fetchall()]
