# SPDX-License-Identifier: Apache-2.0
"""From a row back to its source: import, line, and the text that stood there."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from percontact.records.landing import Staged
from percontact.records.tables import ROW_BITS
from percontact.store import Workspace
from percontact.values import PercontactError

Stage = Callable[..., Staged]

TEXT = 'contact_id,handle_s,reason\r\nc-1,300,"late, again"\r\nc-2,240,"two\r\nlines"\r\nc-3,60,5" pipe\r\n'


def landed(workspace: Workspace, stage: Stage, name: str, data: bytes, mapping: str = "") -> int:
    """Land three contacts of a source file; gives row_id of the file's line 0."""
    path = workspace.path.parent / name
    path.write_bytes(data)
    staged = stage(workspace, name, {"2026-06": [300, 240, 60]}, mapping=mapping)
    newest = workspace.book().snapshot
    assert newest is not None
    workspace.publish(staged, original=path, based_on=newest)
    path.unlink()
    return staged.number << ROW_BITS


def test_a_row_knows_its_file_and_line(workspace: Workspace, stage: Stage) -> None:
    landed(workspace, stage, "may.csv", TEXT.encode())
    first = landed(workspace, stage, "june.csv", TEXT.encode())
    source, line = workspace.origin(first + 41207)
    assert (source.number, source.name, line) == (2, "june.csv", 41207)
    with pytest.raises(PercontactError) as caught:
        workspace.origin((99 << ROW_BITS) + 1)
    assert caught.value.problem.code == "E-ARG-01"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (1, "contact_id,handle_s,reason"),
        (2, 'c-1,300,"late, again"'),
        (3, 'c-2,240,"two\r\nlines"'),
        (5, 'c-3,60,5" pipe'),
        (6, None),
        (0, None),
    ],
)
def test_a_row_shows_the_text_it_was_read_from(
    workspace: Workspace, stage: Stage, line: int, text: str | None
) -> None:
    """A quoted cell may hold a line break; an inch mark is no quote."""
    first = landed(workspace, stage, "june.csv", TEXT.encode())
    assert workspace.source_line(first + line) == text


@pytest.mark.parametrize(
    ("encoding", "mapping"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("cp1252", "table: contacts\nencoding: cp1252\n"),
        ("cp1252", "encoding: 'cp1252'"),
    ],
)
def test_text_is_shown_in_the_encoding_it_was_written_in(
    workspace: Workspace, stage: Stage, encoding: str, mapping: str
) -> None:
    first = landed(workspace, stage, "june.tsv", "größe\nrückfrage\n".encode(encoding), mapping)
    assert [workspace.source_line(first + line) for line in (1, 2)] == ["größe", "rückfrage"]


def test_a_packed_source_is_shown_unpacked(workspace: Workspace, stage: Stage) -> None:
    first = landed(workspace, stage, "june.csv.gz", gzip.compress(TEXT.encode()))
    assert workspace.source_line(first + 2) == 'c-1,300,"late, again"'


def test_where_a_mapping_knows_no_quotes_a_line_is_a_row(workspace: Workspace, stage: Stage) -> None:
    first = landed(workspace, stage, "june.csv", b'a\n5" pipe\n6" pipe\n', mapping="quote: ''")
    assert workspace.source_line(first + 2) == '5" pipe'


def test_a_source_that_is_no_text_has_no_line_to_show(workspace: Workspace, stage: Stage) -> None:
    first = landed(workspace, stage, "june.xlsx", b"PK\x03\x04 ...")
    assert workspace.source_line(first + 2) is None


def test_a_source_that_was_not_kept_has_no_line_to_show(workspace: Workspace, stage: Stage) -> None:
    staged = stage(workspace, "june.csv", {"2026-06": [60]})
    workspace.publish(staged, original=None, based_on=1)
    assert workspace.source_line((staged.number << ROW_BITS) + 2) is None
    assert not workspace.receipts()[0].kept


def test_an_original_is_kept_byte_for_byte_and_once(workspace: Workspace, stage: Stage) -> None:
    data = TEXT.encode()
    landed(workspace, stage, "june.csv", data)
    landed(workspace, stage, "june.csv", data, mapping="timezone: UTC")
    kept = [p for p in (workspace.path / "originals").rglob("*") if p.is_file()]
    assert kept == [workspace.path / "originals" / sha256(data).hexdigest() / "june.csv"]
    assert kept[0].read_bytes() == data


def test_a_source_name_cannot_lead_out_of_the_workspace(workspace: Workspace, stage: Stage) -> None:
    path: Path = workspace.path.parent / "june.csv"
    path.write_bytes(b"contact_id\n")
    staged = stage(workspace, "june.csv", {"2026-06": [60]})
    workspace.publish(replace(staged, name="../../june.csv"), original=path, based_on=1)
    kept = [p.relative_to(workspace.path).parts[0] for p in workspace.path.rglob("june.csv")]
    assert kept == ["originals"]
