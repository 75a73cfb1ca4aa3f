# SPDX-License-Identifier: Apache-2.0
"""Law: whatever is published, replaced, undone and compacted, every Book there ever was reads the same."""

import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from percontact.records import Book, Settings
from percontact.records.landing import Staged
from percontact.store import Workspace

Stage = Callable[..., Staged]
Told = dict[int, tuple[int, Decimal]]

months = st.dictionaries(
    st.sampled_from(["2026-05", "2026-06", "2026-07"]), st.lists(st.integers(1, 900), max_size=3), max_size=3
)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), months, st.just(0)),
        st.tuples(st.just("replace"), months, st.integers(0, 3)),
        st.tuples(st.just("undo"), st.just({}), st.integers(0, 3)),
        st.tuples(st.just("compact"), st.just({}), st.just(0)),
    ),
    max_size=9,
)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts)
def test_every_book_there_ever_was_stays_as_it_was(
    stage: Stage,
    contacts_in: Callable[[Book], Told],
    acts: list[tuple[str, dict[str, list[int]], int]],
) -> None:
    """The model is a list: for each snapshot, import number -> (contacts, seconds)."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.create(Path(folder), Settings("EUR", "UTC"))
        books: list[Told] = [{}]
        for act, rows, which in acts:
            live = sorted(books[-1])
            chosen = live[which % len(live)] if live else None
            if act in ("publish", "replace"):
                staged = stage(workspace, "a.csv", rows, sha256=f"content {len(books)} of {len(acts)}")
                gone = [chosen] if act == "replace" and chosen else []
                receipt = workspace.publish(staged, original=None, based_on=len(books), replaces=gone)
                seconds = [s for month in rows.values() for s in month]
                told = {n: counts for n, counts in books[-1].items() if n not in gone}
                books.append(told | {receipt.number: (len(seconds), Decimal(sum(seconds)))})
            elif act == "undo" and chosen:
                workspace.undo(chosen)
                books.append({n: counts for n, counts in books[-1].items() if n != chosen})
            elif act == "compact" and workspace.compact("contacts", more_than=1):
                books.append(books[-1])
        assert [s.id for s in workspace.snapshots()] == list(range(1, len(books) + 1))
        workspace.sweep(older_than_s=0)
        for snapshot, told in enumerate(books, start=1):
            book = workspace.book(snapshot)
            assert contacts_in(book) == {n: counts for n, counts in told.items() if counts[0]}
            assert sorted(book.sources) == sorted(told)
        assert {i.receipt.number for i in workspace.receipts() if i.state == "live"} == set(books[-1])
