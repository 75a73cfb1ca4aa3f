# SPDX-License-Identifier: Apache-2.0
"""Data frames: pandas, Polars, PyArrow and DuckDB relations go the way of a Parquet file."""

from __future__ import annotations

from pathlib import Path

from percontact.values.problem import problem


def write_frame(frame: object, path: Path) -> None:
    """Write a data frame as Parquet, to be read like any other file.

    frame   a pandas, Polars (eager or lazy) or PyArrow table, or a DuckDB relation; lengths of time become
            seconds, times without a zone are local
    Raises E-LIB-01 without the extra `frames`; E-ARG-01 when `frame` is none of these.
    """
    try:
        import narwhals as nw
    except ImportError as error:
        raise problem(
            "E-LIB-01",
            "data frame",
            "narwhals is not installed",
            "Data frames are understood through it; it is not part of the core install.",
            "Install it: pip install 'percontact[frames]'.",
        ) from error
    try:
        native = nw.from_native(frame)  # type: ignore[call-overload]
    except TypeError as error:
        what = f"a {type(frame).__name__} is no data frame"
        do = "Give a pandas, Polars or PyArrow table, or a DuckDB relation."
        raise problem("E-ARG-01", "data frame", what, "Its columns cannot be told.", do) from error
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
            "E-LIB-01", "data frame", str(error), "The frame's own library needs it.", do
        ) from error
