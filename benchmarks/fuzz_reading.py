# SPDX-License-Identifier: Apache-2.0

"""Read made-up files of every dialect until a million rows are read, and compare with what was written.

    python benchmarks/fuzz_reading.py --rows 1000000 --seed 1

Each file is drawn by `tests/ingest/dialects.py`: delimiter, quotes, line ends, encoding, dates, decimals,
blank lines, ragged rows, bad cells, cells that hold quotes, delimiters, line ends and NUL. Of every file must
hold: rows landed + rows set aside = rows written, each on its line, for its reason, with its values.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "ingest"))

import dialects
import duckdb

from percontact.ingest import read_file
from percontact.ingest.mapping_form import parse_mapping
from percontact.records.book import Settings

LINE = (1 << 36) - 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows in all (default a million)")
    parser.add_argument("--seed", type=int, default=1, help="of the first file; the next has the next")
    given = parser.parse_args()
    done, files, wrong, started = 0, 0, 0, time.time()
    while done < given.rows:
        seed = given.seed + files
        chance = random.Random(seed)
        sample = dialects.draw_sample(
            chance, chance.choice((3, 30, 300, 3_000, 30_000)), tidy=chance.random() < 0.4
        )
        if told := differences(sample):
            wrong += 1
            print(f"seed {seed}: {told}", flush=True)
        done, files = done + sample.rows, files + 1
        if files % 20 == 0:
            print(f"{done:,} rows in {files} files", file=sys.stderr, flush=True)
    print(f"{done:,} rows in {files} files, {time.time() - started:.0f} s")
    print(f"Files read otherwise than written: {wrong}")
    return 1 if wrong else 0


def differences(sample: dialects.Sample) -> str:
    """What was read otherwise than written; "" = nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.csv"
        path.write_bytes(sample.data)
        try:
            staged = read_file(
                path,
                "contacts",
                settings=Settings("EUR", "UTC"),
                key=b"0" * 32,
                number=1,
                folder=Path(folder),
                book=None,
                mapping=parse_mapping(sample.mapping, "mapping.yaml"),
            )
        except Exception as error:  # a crash is what is looked for
            return f"{type(error).__name__}: {error}"
        found: dict[int, tuple[object, ...]] = {}
        if staged.files:
            with duckdb.connect() as con:
                rows = con.execute(
                    f"SELECT row_id & {LINE}, contact_id, started_at, handle_s, team, note "
                    "FROM read_parquet($1, union_by_name = true)",
                    [[str(file.path) for file in staged.files]],
                ).fetchall()
            found = {line: tuple(values) for line, *values in rows}
    aside = {a.line: a.code for a in staged.aside}
    if staged.seen != sample.rows or staged.seen != staged.landed + len(aside):
        return f"{sample.rows} written, {staged.seen} seen, {staged.landed} landed, {len(aside)} set aside"
    for what, is_there, wanted in (("set aside", aside, sample.aside), ("landed", found, sample.landed)):
        for line in sorted({*is_there, *wanted}):
            if is_there.get(line) != wanted.get(line):
                return f"line {line} {what}: {is_there.get(line)!r}, written {wanted.get(line)!r}"
    return ""


if __name__ == "__main__":
    raise SystemExit(main())
