# SPDX-License-Identifier: Apache-2.0
"""A row lands once: the same id in the file or in the Book is set aside, and the first one is named."""

from percontact.ingest import content_hash
from percontact.records.book import Book, Source

TWO = "contact_id,started_at\nc-1,2026-06-03\nc-2,2026-06-04\n"


def test_the_first_good_row_of_an_id_lands(desk) -> None:
    """line 2 is bad, so the id is free for line 3"""
    text = "contact_id,started_at\nc-1,never\nc-1,2026-06-03\nc-1,2026-06-04\nc-1,2026-06-05\n"
    staged = desk.read(text)
    assert [(a.line, a.code) for a in staged.aside] == [(2, "E-TIME-01"), (4, "E-ID-01"), (5, "E-ID-01")]
    assert all("line 3 of this file" in a.reason for a in staged.aside[1:])
    assert desk.rows(staged, "contact_id") == [("c-1",)]


def test_an_id_landed_before_is_set_aside_with_its_source(desk) -> None:
    first = desk.read(TWO)
    plain = desk.book(first)
    book = Book(plain.settings, plain.files, sources={1: Source(1, "june.csv", "")})
    staged = desk.read(TWO + "c-3,2026-06-05\n", book=book)
    assert [(a.line, a.code, a.column) for a in staged.aside] == [
        (2, "E-ID-01", "contact_id"),
        (3, "E-ID-01", "contact_id"),
    ]
    assert "landed by import 1 (line 3 of june.csv)" in staged.aside[1].reason
    assert desk.rows(staged, "contact_id") == [("c-3",)]


def test_ids_of_a_replaced_import_are_free(desk) -> None:
    book = desk.book(desk.read(TWO), desk.read("contact_id,started_at\nc-9,2026-06-03\n"))
    staged = desk.read(TWO + "c-9,2026-06-05\n", book=book, ignore_imports=[1])
    assert [(a.line, a.code) for a in staged.aside] == [(4, "E-ID-01")]


def test_the_same_rows_without_ids_are_known_again(desk, tmp_path) -> None:
    text = "started_at\n2026-06-03\n2026-06-04\n"
    staged = desk.read(text, book=desk.book(desk.read(text)))
    assert (staged.seen, staged.landed, {a.code for a in staged.aside}) == (2, 0, {"E-ID-01"})


def test_a_customer_is_recognised_by_the_hash(desk) -> None:
    text = "customer_id,joined_on\nAda,2026-01-01\n Ada ,2026-02-01\nBob,2026-02-01\n"
    staged = desk.read(text, "customers")
    assert [(a.line, a.code) for a in staged.aside] == [(3, "E-ID-01")]
    assert "Ada" not in staged.aside[0].reason


def test_tables_without_an_id_take_equal_rows(desk) -> None:
    text = "group,month,paid_h\nvoice,2026-06,400\nvoice,2026-06,400\n"
    assert desk.read(text, "capacity").landed == 2


def test_a_hash_tells_content_table_sheet_and_mapping_apart(tmp_path) -> None:
    path, other = tmp_path / "a.csv", tmp_path / "b.csv"
    path.write_text("x")
    other.write_text("x")
    same = content_hash(path, "contacts", "", "")
    assert same == content_hash(other, "contacts", "", "")
    assert (
        len(
            {
                same,
                content_hash(path, "ledger", "", ""),
                content_hash(path, "contacts", "S", ""),
                content_hash(path, "contacts", "", "S"),
            }
        )
        == 4
    )


def test_an_archive_has_the_hash_of_what_is_in_it(tmp_path) -> None:
    import gzip

    (tmp_path / "a.csv").write_bytes(b"x")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"x"))
    assert content_hash(tmp_path / "a.csv", "t", "", "") == content_hash(tmp_path / "a.csv.gz", "t", "", "")


def test_a_staged_import_carries_the_hash_that_finds_it_again(desk) -> None:
    staged = desk.read(TWO, mapping="keep: none")
    path = desk.folder / "import-1" / "in.csv"
    assert staged.sha256 == content_hash(path, "contacts", "", "keep: none")
