# SPDX-License-Identifier: Apache-2.0
"""Data frames: pandas, Polars, PyArrow and DuckDB relations go the way of a Parquet file."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from percontact.ingest.found import Progress
from percontact.ingest.mapping import Mapping
from percontact.ingest.read import read_file
from percontact.records.book import Book, Settings
from percontact.records.landing import Staged
from percontact.values.problem import problem


def read_frame(
    frame: object,
    table: str,
    *,
    settings: Settings,
    key: bytes,
    number: int,
    folder: Path,
    book: Book | None,
    name: str = "frame",
    ignore_imports: Collection[int] = (),
    mapping: Mapping | None = None,
    progress: Progress | None = None,
) -> Staged:
    """Read a data frame as `read_file` reads a Parquet file; `name` stands for the file's name.

    frame   a pandas, Polars (eager or lazy) or PyArrow table, or a DuckDB relation; lengths of time count
            in seconds, times without a zone are local
    Line of a row: its number + 1, as if a header stood on line 1.
    Raises as `read_file`; E-LIB-01 without the extra `frames`; E-ARG-01 when `frame` is none of these.
    """
    with tempfile.TemporaryDirectory(dir=folder, prefix="frame-") as scratch:
        path = Path(scratch) / "frame.parquet"
        _write(frame, path)
        staged = read_file(
            path, table,
            settings=settings, key=key, number=number, folder=folder, book=book,
            ignore_imports=ignore_imports, mapping=mapping, progress=progress,
        )  # fmt: skip
    return replace(staged, name=name)


def _write(frame: object, path: Path) -> None:
    try:
        import narwhals as nw
    except ImportError as error:
        raise problem(
            "E-LIB-01",
            "read_frame",
            "narwhals is not installed",
            "Data frames are understood through it; it is not part of the core install.",
            "Install it: pip install 'percontact[frames]'.",
        ) from error
    try:
        native = nw.from_native(frame)  # type: ignore[call-overload]
    except TypeError as error:
        what = f"a {type(frame).__name__} is no data frame"
        do = "Give a pandas, Polars or PyArrow table, or a DuckDB relation."
        raise problem("E-ARG-01", "read_frame", what, "Its columns cannot be told.", do) from error
    spans = [name for name, kind in native.collect_schema().items() if kind == nw.Duration]
    # Parquet would keep a bare count of nanoseconds, and nothing in the file would say so.
    native = native.with_columns(nw.col(name).dt.total_microseconds() / 1_000_000 for name in spans)
    try:
        if isinstance(native, nw.LazyFrame):
            native.sink_parquet(path)
        else:
            native.write_parquet(path)
    except ImportError as error:
        do = "Install it: pip install 'percontact[frames]'."
        raise problem(
            "E-LIB-01", "read_frame", str(error), "The frame's own library needs it.", do
        ) from error
