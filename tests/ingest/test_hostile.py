# SPDX-License-Identifier: Apache-2.0
"""Files made to break a reader, by malice or by a broken cable.

Each is answered in four parts, within bounded memory, and the workspace is as it was.
"""

import gzip
import io
import os
import random
import resource
import stat
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import openpyxl
import pytest

from percontact.pipeline import land
from percontact.records.book import Settings
from percontact.report import as_csv
from percontact.report.document import Document, Table, TableColumn
from percontact.store import Workspace
from percontact.values.problem import PercontactError

HEADER = "contact_id,started_at,channel,handle_s\n"
ROW = "c-{},2026-06-03 09:00:00,voice,300\n"
GOOD = HEADER + "".join(ROW.format(i) for i in range(200))
MIB = 1 << 20


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """With one import in it, so that there is something to break."""
    made = Workspace.create(tmp_path / "books", Settings("EUR", "Europe/Berlin"))
    (tmp_path / "good.csv").write_text(HEADER + ROW.format("first"))
    land(made, "contacts", tmp_path / "good.csv")
    return made


def state(workspace: Workspace) -> tuple[object, ...]:
    """What must not change: snapshot, rows, imports, and the files beside the manifest."""
    files = sorted(
        p.relative_to(workspace.path).as_posix()
        for p in workspace.path.rglob("*")
        if p.is_file() and p.name != ".swept" and not p.name.startswith("manifest")
    )
    return workspace.book().snapshot, len(workspace.receipts()), files


def refused(workspace: Workspace, path: Path, code: str = "E-FILE-06") -> str:
    """Import a file that must be refused, with the workspace left as it was; gives what was said."""
    before = state(workspace)
    with pytest.raises(PercontactError) as raised:
        land(workspace, "contacts", path)
    one = raised.value.problem
    assert one.code == code, str(one)
    assert all((one.where, one.what, one.why, one.do)), str(one)
    assert state(workspace) == before
    return str(one)


def put(workspace: Workspace, name: str, data: bytes) -> Path:
    path = workspace.path.parent / name
    path.write_bytes(data)
    return path


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def book() -> bytes:
    made, out = openpyxl.Workbook(), io.BytesIO()
    for line in GOOD.splitlines():
        made.active.append(line.split(","))
    made.save(out)
    return out.getvalue()


def parquet(folder: Path) -> bytes:
    with duckdb.connect() as con:
        con.execute(f"COPY (SELECT range AS contact_id FROM range(10000)) TO '{folder}/p.parquet'")
    return (folder / "p.parquet").read_bytes()


# -- cut off, empty, and not what the name says ------------------------------------------------------------


@pytest.mark.parametrize("name", ["in.csv.gz", "in.zip", "in.xlsx", "in.parquet", "in.ndjson.gz"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_refused(workspace: Workspace, name: str, kept: float) -> None:
    whole = {
        "in.csv.gz": lambda: gzip.compress(GOOD.encode()),
        "in.zip": lambda: zipped(**{"in.csv": GOOD.encode()}),
        "in.xlsx": book,
        "in.parquet": lambda: parquet(workspace.path.parent),
        "in.ndjson.gz": lambda: gzip.compress(b'{"contact_id": "c-1"}\n' * 5000),
    }[name]()
    assert name in refused(workspace, put(workspace, name, whole[: int(len(whole) * kept)]))


def test_bytes_that_are_no_text_are_refused_whatever_their_name(workspace: Workspace) -> None:
    noise = random.Random(7).randbytes(100_000)
    for name in ("in.csv", "in.tsv", "in.json", "in.xlsx", "in.parquet", "in.dat"):
        assert name in refused(workspace, put(workspace, name, noise))


def test_an_empty_file_is_called_empty(workspace: Workspace) -> None:
    for name in ("in.csv", "in.json", "in.xlsx", "in.parquet"):
        assert "the file is empty" in refused(workspace, put(workspace, name, b""))
    assert "the file is empty" in refused(workspace, put(workspace, "in.csv.gz", gzip.compress(b"")))


def test_a_header_alone_lands_nothing_and_is_no_error(workspace: Workspace) -> None:
    receipt = land(workspace, "contacts", put(workspace, "in.csv", HEADER.encode()))
    assert (receipt.seen, receipt.landed, receipt.aside) == (0, 0, 0)


@pytest.mark.parametrize(
    ("name", "data", "says", "code"),
    [
        ("in.csv", b"%PDF-1.7\n...", "a PDF document", "E-FILE-03"),
        ("in.xls", b"<html><body><table><tr><td>c-1</td></tr></table>", "a web page", "E-FILE-06"),
        ("in.csv", b"<!DOCTYPE html><title>Log in</title>", "a web page", "E-FILE-06"),
        (
            "in.xls",
            b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>',
            "Excel 2003",
            "E-FILE-03",
        ),
        ("in.csv", b"SQLite format 3\x00" + bytes(100), "an SQLite database", "E-FILE-03"),
        ("in.csv", b"7z\xbc\xaf\x27\x1c" + bytes(100), "a 7z archive", "E-FILE-03"),
        ("in.parquet", b"contact_id\nc-1\n", "no Parquet", "E-FILE-06"),
        ("in.csv.gz", gzip.compress(gzip.compress(GOOD.encode())), "packed twice", "E-FILE-06"),
    ],
)
def test_what_a_file_really_is_is_said(
    workspace: Workspace, name: str, data: bytes, says: str, code: str
) -> None:
    assert says in refused(workspace, put(workspace, name, data), code)


def test_a_file_in_another_encoding_is_refused_with_what_it_could_be(workspace: Workspace) -> None:
    text = HEADER.replace("channel", "team") + "c-1,2026-06-03,Büro,300\n"
    assert "cp1252 reads Büro" in refused(
        workspace, put(workspace, "in.csv", text.encode("cp1252")), "E-FILE-02"
    )


# -- archives ----------------------------------------------------------------------------------------------


def test_one_file_in_an_archive_is_read_and_leads_back_to_its_line(workspace: Workspace) -> None:
    receipt = land(workspace, "contacts", put(workspace, "in.zip", zipped(**{"june/in.csv": GOOD.encode()})))
    assert (receipt.name, receipt.landed) == ("in.zip/june/in.csv", 200)
    first = receipt.number << 36
    assert workspace.source_line(first + 2) == ROW.format(0).strip()


@pytest.mark.parametrize("name", ["../in.csv", "/etc/in.csv", "a/../../in.csv", "..\\in.csv", "C:\\in.csv"])
def test_a_name_that_leads_out_of_the_archive_is_refused(workspace: Workspace, name: str) -> None:
    path = put(workspace, "in.zip", zipped(**{name: GOOD.encode(), "good.csv": GOOD.encode()}))
    assert "a place outside itself" in refused(workspace, path)


def test_a_link_in_an_archive_is_refused(workspace: Workspace) -> None:
    link = zipfile.ZipInfo("in.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "a place outside itself" in refused(workspace, put(workspace, "in.zip", out.getvalue()))


def test_a_locked_archive_is_called_locked(workspace: Workspace) -> None:
    data = bytearray(zipped(**{"in.csv": GOOD.encode()}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert "locked with a password" in refused(workspace, put(workspace, "in.zip", bytes(data)))


def test_an_archive_in_an_archive_and_one_without_data_are_refused(workspace: Workspace) -> None:
    inner = zipped(**{"in.csv": GOOD.encode()})
    for name, data, says, code in (
        ("b.zip", inner, "an archive", "E-FILE-03"),
        ("b.png", b"x", "holds no data", "E-FILE-03"),
        ("b.csv", inner, "archive in an archive", "E-FILE-06"),
    ):
        assert says in refused(workspace, put(workspace, "a.zip", zipped(**{name: data})), code)


def test_several_files_in_an_archive_are_listed(workspace: Workspace) -> None:
    data = zipped(**{"a.csv": GOOD.encode(), "b.csv": GOOD.encode()})
    assert "In it: a.csv, b.csv." in refused(workspace, put(workspace, "in.zip", data), "E-FILE-10")


def test_a_file_that_unpacks_without_end_is_refused(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """300 MB of zeros in 300 kB, and the same beyond a limit of 1 MB."""
    bomb = put(workspace, "in.csv.gz", gzip.compress(bytes(300_000_000), 1))
    assert bomb.name in refused(workspace, bomb, "E-FILE-09")
    monkeypatch.setenv("PERCONTACT_UNPACKED_GB", "0.001")
    text = (HEADER + ROW.format(1) * 100_000).encode()
    said = refused(workspace, put(workspace, "in.zip", zipped(**{"in.csv": text})), "E-FILE-09")
    assert "No more than 1 MB" in said
    assert "PERCONTACT_UNPACKED_GB" in said


# -- cells and rows ----------------------------------------------------------------------------------------


def test_a_formula_in_a_cell_is_data_and_leaves_as_text(workspace: Workspace) -> None:
    bad = "=cmd|' /C calc'!A0"
    text = f"{HEADER.strip()},team\nc-1,2026-06-03 09:00:00,voice,3,{bad}\n"
    land(workspace, "contacts", put(workspace, "in.csv", text.encode()))
    files = [str(file.path) for file in workspace.book().files["contacts"]]
    with duckdb.connect() as con:
        query = "SELECT team FROM read_parquet($1, union_by_name = true) WHERE team IS NOT NULL"
        assert con.execute(query, [files]).fetchall() == [(bad,)]
    page = Document("Cost", "", (Table("t", (TableColumn("team", "Team"),), ((bad,),)),))
    assert bad in as_csv.render(page)
    assert not any(line.startswith(("=", '"=')) for line in as_csv.render(page).splitlines())


def wide(count: int) -> bytes:
    names = ",".join(f"d{i}" for i in range(count))
    return (f"started_at,channel,{names}\n" + f"2026-06-03,voice{',' * count}\n" * 3).encode()


@pytest.mark.slow
def test_three_hundred_columns_are_read_and_ten_thousand_refused(workspace: Workspace) -> None:
    """A row of help-desk fields is long; one of ten thousand is a table that lies on its side."""
    receipt = land(workspace, "contacts", put(workspace, "in.csv", wide(300)))
    assert (receipt.seen, receipt.landed) == (3, 3)
    assert "10,002 columns" in refused(workspace, put(workspace, "wide.csv", wide(10_000)))


def test_two_headers_of_one_name_are_refused(workspace: Workspace) -> None:
    data = b"started_at,team,team\n2026-06-03,A,B\n"
    assert "team" in refused(workspace, put(workspace, "in.csv", data), "E-FILE-04")


# -- what the system does ----------------------------------------------------------------------------------


def test_devices_pipes_folders_and_loops_are_no_files(workspace: Workspace) -> None:
    folder = workspace.path.parent
    os.mkfifo(folder / "pipe.csv")
    (folder / "loop.csv").symlink_to(folder / "loop.csv")
    for path in (Path("/dev/zero"), folder / "pipe.csv", folder / "loop.csv", folder, folder / "none.csv"):
        assert path.name in refused(workspace, path, "E-FILE-01")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(workspace: Workspace) -> None:
    path = put(workspace, "in.csv", GOOD.encode())
    path.chmod(0)
    assert "Permission denied" in refused(workspace, path, "E-FILE-01")


def test_a_file_that_changes_while_it_is_copied_is_refused(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    path, copy = put(workspace, "in.csv", GOOD.encode()), shutil.copyfile

    def meanwhile(source: Path, target: Path) -> Path:
        copied = copy(source, target)
        if Path(source) == path:
            path.write_bytes((GOOD + ROW.format("late")).encode())
        return Path(copied)

    monkeypatch.setattr("shutil.copyfile", meanwhile)
    assert "changed while it was read" in refused(workspace, path, "E-FILE-01")


def in_a_child(body: str, *, limit: Callable[[], None] | None = None, timeout: float = 120) -> list[str]:
    """Run Python in a process of its own; gives what it printed, line by line."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(body)],
        capture_output=True, text=True, timeout=timeout, preexec_fn=limit, check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PERCONTACT_MEMORY": "600MB"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


LANDING = """
    import re
    from pathlib import Path
    from percontact.pipeline import land
    from percontact.store import Workspace
    from percontact.values.problem import PercontactError
    try:
        receipt = land(Workspace.open(Path({books!r})), "contacts", Path({path!r}))
        print("landed", receipt.landed)
    except PercontactError as error:
        print(error.problem.code, error.problem.what)
    # ru_maxrss would still hold the peak of the test run that this process was forked from.
    print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


def test_a_disk_without_room_takes_the_import_back(workspace: Workspace) -> None:
    """A limit on the size of files stands for the disk: writing beyond it fails the same way."""
    rows = "".join(ROW.format(i) for i in range(60_000))
    path = put(workspace, "in.csv", (HEADER + rows).encode())
    before = state(workspace)

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, MIB))

    said = in_a_child(LANDING.format(books=str(workspace.path), path=str(path)), limit=small)
    assert said[0].startswith("E-WS-08"), said
    assert state(workspace) == before
    assert land(workspace, "contacts", path).landed == 60_000


@pytest.mark.parametrize("size_mb", [300, pytest.param(2000, marks=pytest.mark.slow)], ids=["300 MB", "2 GB"])
def test_one_endless_line_is_refused_within_bounded_memory(workspace: Workspace, size_mb: int) -> None:
    path = workspace.path.parent / "in.csv"
    with path.open("wb") as file:
        file.write(HEADER.encode())
        for _ in range(size_mb):
            file.write(b"x" * 1_000_000)
    before = state(workspace)
    said = in_a_child(LANDING.format(books=str(workspace.path), path=str(path)), timeout=300)
    assert said[0].startswith("E-FILE-06"), said
    assert int(said[1]) < 400, f"{said[1]} MiB"
    assert state(workspace) == before


@pytest.mark.slow
def test_a_list_of_json_needs_no_more_memory_than_a_record(workspace: Workspace) -> None:
    """100 MB of records in one list, all of them on one line."""
    record = '{"contact_id": "c-%d", "started_at": "2026-06-03 09:00:00", "channel": "voice", "note": "%s"}'
    path = workspace.path.parent / "in.json"
    with path.open("w") as file:
        file.write("[")
        for i in range(50_000):
            file.write((", " if i else "") + record % (i, "x" * 1900))
        file.write("]")
    said = in_a_child(LANDING.format(books=str(workspace.path), path=str(path)), timeout=300)
    assert said[0] == "landed 50000"
    assert int(said[1]) < 500, f"{said[1]} MiB"
