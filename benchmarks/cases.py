# SPDX-License-Identifier: Apache-2.0

"""What is measured: ours, the floor below it (the bare query by the same engine), and its peers.

A case is a function of the size. What it does before it returns is not measured (imports, opening the engine,
reading a file once); what it returns is called once and measured, and gives (rows, cost in euros or None).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import data

Measured = Callable[[], tuple[int, float | None]]
BY = ("channel", "team", "reason")
SHOWN = ("contact_id", "started_at", "channel", "team", "agent", "reason", "outcome", "handle_s")
"""Columns of a landed contact that the listing of single contacts shows."""


# -- ours -----------------------------------------------------------------------------------------------


def _ours(size: int, by: tuple[str, ...], grain: str, *, cubes: bool) -> Measured:
    """From the files and the ledger to the priced table, with every check.

    Rates are compared with the ledger, and the answer with the rates.
    """
    from percontact.costing.costed import CostedBook
    from percontact.costing.reconcile import check_answer
    from percontact.costing.slice import Slice
    from percontact.values.period import Period

    book, policy = data.book(size), data.policy()
    question = Slice(Period(date(data.YEAR, 1, 1), date(data.YEAR + 1, 1, 1)), grain, by)
    _warm(book)

    def measured() -> tuple[int, float]:
        costed = CostedBook(book, policy, cubes=cubes)
        table = costed.answer(question)
        rows, pico = costed.con.execute(f"SELECT count(*), sum(pico) FROM {table}").fetchone()
        check_answer(question, costed.assigned_on(question.months, question.basis), int(pico))
        return rows, pico / 1e12

    return measured


def ours_month(size: int) -> Measured:
    return _ours(size, BY, "month", cubes=False)


def ours_month_cubes(size: int) -> Measured:
    return _ours(size, BY, "month", cubes=True)


def ours_customer(size: int) -> Measured:
    return _ours(size, ("customer_id",), "year", cubes=False)


def ours_customer_cubes(size: int) -> Measured:
    return _ours(size, ("customer_id",), "year", cubes=True)


def _ours_contacts(size: int, *, cubes: bool) -> Measured:
    from percontact.costing.contact_cost import write_contacts
    from percontact.costing.costed import CostedBook
    from percontact.costing.slice import Slice
    from percontact.records.dialect import connect, literal
    from percontact.values.period import Period

    book, policy = data.book(size), data.policy()
    question = Slice(Period(date(data.YEAR, 1, 1), date(data.YEAR + 1, 1, 1)), "year")
    path = Path(tempfile.mkdtemp(dir=data.FOLDER)) / "contacts.parquet"
    _warm(book)

    def measured() -> tuple[int, float]:
        costed = CostedBook(book, policy, cubes=cubes)
        return write_contacts(costed, question, path), float(costed.assigned.pico / 1e12)

    def checked() -> None:
        """Conserved: what stands in the file is the amount assigned, to the last digit."""
        costed = CostedBook(book, policy)
        found = (
            connect()
            .execute(
                f"SELECT CAST(sum(cost) * 1000000000000 AS HUGEINT) FROM read_parquet({literal(str(path))})"
            )
            .fetchone()
        )
        assert int(found[0]) == costed.assigned.pico, (found, costed.assigned)
        _remove(path)

    measured.after = checked  # type: ignore[attr-defined]
    return measured


def ours_contacts(size: int) -> Measured:
    return _ours_contacts(size, cubes=False)


def ours_contacts_cubes(size: int) -> Measured:
    return _ours_contacts(size, cubes=True)


# -- floors: the bare query by the same engine ------------------------------------------------------------

SUMS = (
    "sum(count), sum(handled), sum(handle_s), sum(messages), "
    "sum(handled) FILTER (handle_basis IN ('measured', 'reported')), "
    "sum(handled) FILTER (handle_basis = 'derived')"
)


def _floor(size: int, query: str) -> Measured:
    from percontact.records.dialect import connect

    book = data.book(size)
    _warm(book)

    def measured() -> tuple[int, None]:
        con = connect()
        con.execute(f"CREATE TEMP TABLE bare AS {query.format(files=_files(book))}")
        return con.execute("SELECT count(*) FROM bare").fetchone()[0], None

    return measured


def floor_month(size: int) -> Measured:
    return _floor(
        size,
        f"SELECT date_trunc('month', started_at), {', '.join(BY)}, {SUMS} "
        "FROM read_parquet({files}) GROUP BY ALL",
    )


def floor_month_parted(size: int) -> Measured:
    """The same by the month of the file, a constant, as ours does."""
    union = " UNION ALL ".join(
        f"SELECT DATE '{f.month}' AS month, * FROM read_parquet('{f.path}')"
        for f in data.book(size).files["contacts"]
    )
    return _floor(size, f"SELECT month, {', '.join(BY)}, {SUMS} FROM ({union}) GROUP BY ALL")


def floor_customer(size: int) -> Measured:
    return _floor(
        size,
        f"SELECT date_trunc('year', started_at), customer_id, {SUMS} "
        "FROM read_parquet({files}) GROUP BY ALL",
    )


def floor_contacts(size: int) -> Measured:
    from percontact.records.dialect import connect

    book = data.book(size)
    path = Path(tempfile.mkdtemp(dir=data.FOLDER)) / "contacts.parquet"
    _warm(book)

    def measured() -> tuple[int, None]:
        con = connect()
        con.execute(
            f"COPY (SELECT {', '.join(SHOWN)} FROM read_parquet({_files(book)})) "
            f"TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
        )
        return con.execute(f"SELECT count(*) FROM read_parquet('{path}')").fetchone()[0], None

    measured.after = lambda: _remove(path)  # type: ignore[attr-defined]
    return measured


# -- peers: the same answer as somebody would write it; floats, and pool costs of each month ready-made -----


def pandas_month(size: int) -> Measured:
    import pandas as pd
    import pyarrow.parquet as pq

    here = data.folder(size)
    files = [f.path for f in data.book(size).files["contacts"]]
    _read_once(files)

    def measured() -> tuple[int, float]:
        wanted = ["started_at", *BY, "queue", "count", "handled", "handle_s", "messages", "handle_basis"]
        # The kind way: texts as categories, seconds as floats (Decimal objects alone would take 5 s more).
        table = pq.read_table(files, columns=wanted, read_dictionary=[*BY, "queue", "handle_basis"])
        seconds = table.schema.get_field_index("handle_s")
        frame = table.set_column(seconds, "handle_s", table.column(seconds).cast("float64")).to_pandas()
        frame["month"] = frame["started_at"].to_numpy().astype("datetime64[M]").astype("datetime64[s]")
        frame["handle_s"] = frame["handle_s"].fillna(0.0)
        frame["measured"] = frame["handled"].where(frame["handle_basis"].isin(["measured", "reported"]), 0)
        frame["derived"] = frame["handled"].where(frame["handle_basis"] == "derived", 0)
        keys = ["month", "channel", "queue", "team", "reason"]
        sums = ["count", "handled", "handle_s", "messages", "measured", "derived"]
        work = frame.groupby(keys, observed=True, sort=False)[sums].sum().reset_index()
        work = work.astype(dict.fromkeys(keys[1:], "str"))
        pools = pd.read_parquet(here / "pool_month.parquet", engine="pyarrow")
        pools["month"] = pools["month"].astype("datetime64[s]")
        work["contacts"] = work["handled"]
        work["amount"] = 0.0
        for (driver, dimension), some in pools.groupby(["driver", "dimension"], dropna=False):
            by = ["month"] if pd.isna(dimension) else ["month", dimension]
            used = work.groupby(by, as_index=False)[driver].sum().rename(columns={driver: "used"})
            cost = (
                some.rename(columns={"value": dimension} if not pd.isna(dimension) else {})
                .groupby(by, as_index=False)["amount"]
                .sum()
            )
            rate = cost.merge(used, on=by)
            rate["rate"] = rate["amount"] / rate["used"]
            work["amount"] += (
                work[by].merge(rate[[*by, "rate"]], on=by, how="left")["rate"].fillna(0.0) * work[driver]
            )
        answer = work.groupby(["month", *BY], observed=True, as_index=False)[[*sums, "amount"]].sum()
        return len(answer), float(answer["amount"].sum())

    return measured


def polars_month(size: int) -> Measured:
    import polars as pl

    here = data.folder(size)
    files = [f.path for f in data.book(size).files["contacts"]]
    _read_once(files)

    def measured() -> tuple[int, float]:
        keys = ["month", "channel", "queue", "team", "reason"]
        basis = pl.col("handle_basis")
        work = (
            pl.scan_parquet(files)
            .with_columns(
                pl.col("started_at").dt.truncate("1mo").dt.date().alias("month"),
                pl.col("handle_s").cast(pl.Float64),
                pl.when(basis.is_in(["measured", "reported"])).then("handled").otherwise(0).alias("measured"),
                pl.when(basis == "derived").then("handled").otherwise(0).alias("derived"),
            )
            .group_by(keys)
            .agg(pl.col("count", "handled", "handle_s", "messages", "measured", "derived").sum())
            .collect(engine="streaming")
            .with_columns(contacts=pl.col("handled"), amount=pl.lit(0.0))
        )  # fmt: skip
        pools = pl.read_parquet(here / "pool_month.parquet")
        for (driver, dimension), some in pools.group_by("driver", "dimension"):
            by = ["month"] if dimension is None else ["month", dimension]
            used = work.group_by(by).agg(pl.col(driver).sum().alias("used"))
            cost = (
                (some if dimension is None else some.rename({"value": dimension}).drop("dimension"))
                .group_by(by)
                .agg(pl.col("amount").sum().alias("cost"))
            )
            rate = cost.join(used, on=by).select(*by, rate=pl.col("cost") / pl.col("used"))
            work = (
                work.join(rate, on=by, how="left")
                .with_columns(amount=pl.col("amount") + pl.col("rate").fill_null(0.0) * pl.col(driver))
                .drop("rate")
            )
        answer = work.group_by(["month", *BY]).agg(
            pl.col("count", "handled", "handle_s", "messages", "measured", "derived", "amount").sum()
        )
        return answer.height, float(answer["amount"].sum())

    return measured


def naive_month(size: int) -> Measured:
    """SQL that prices each contact with one join a kind of pool.

    They are five for 936 pools: the kindest reading of one join a pool.
    """
    from percontact.records.dialect import connect

    book = data.book(size)
    handed = data.folder(size) / "pool_month.parquet"
    _warm(book)
    kinds = [(kind, driver, dimension) for kind, _, driver, dimension, _ in data.KINDS]

    def measured() -> tuple[int, float]:
        con = connect()
        contacts = (
            "(SELECT date_trunc('month', started_at)::DATE AS month, channel, team, queue, reason, count, "
            "handled, handled AS contacts, "
            "coalesce(handle_s, 0)::DOUBLE AS handle_s, messages, handle_basis "
            f"FROM read_parquet({_files(book)}))"
        )
        joins, price = "", []
        for kind, driver, dimension in kinds:
            by = "month" + (f", {dimension}" if dimension else "")
            value = f", value AS {dimension}" if dimension else ""
            con.execute(
                f"CREATE TEMP TABLE {kind} AS SELECT {by}, cost / used AS rate FROM "
                f"(SELECT month{value}, sum(amount) AS cost FROM read_parquet('{handed}') "
                f"WHERE starts_with(pool, '{kind}.') GROUP BY ALL) "
                f"JOIN (SELECT {by}, sum({driver}) AS used FROM {contacts} GROUP BY ALL) USING ({by})"
            )
            joins += f" LEFT JOIN {kind} USING ({by})"
            price.append(f"c.{driver} * coalesce({kind}.rate, 0)")
        con.execute(
            f"CREATE TEMP TABLE priced AS SELECT month, {', '.join('c.' + b for b in BY)}, {SUMS}, "
            f"sum({' + '.join(price)}) AS amount FROM {contacts} c{joins} GROUP BY ALL"
        )
        return con.execute("SELECT count(*), sum(amount) FROM priced").fetchone()

    return measured


# -- common -----------------------------------------------------------------------------------------------


def _files(book) -> str:
    return "[" + ", ".join(f"'{f.path}'" for f in book.files["contacts"]) + "]"


def _warm(book) -> None:
    """Open the engine once, and bring the files into the page cache."""
    from percontact.records.dialect import connect

    connect().execute(f"SELECT count(*) FROM read_parquet({_files(book)}) WHERE count < 0").fetchall()
    _read_once([f.path for f in book.files["contacts"]])


def _read_once(files: list[Path]) -> None:
    for file in files:
        with file.open("rb") as opened:
            while opened.read(1 << 20):
                pass


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.parent.rmdir()
