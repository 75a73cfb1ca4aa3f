# SPDX-License-Identifier: Apache-2.0
"""Rows kept with their price change nothing but the time an answer takes: figures are those priced anew."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percontact.answers.contacts import listed_contacts, opened_contact
from percontact.answers.measuring import panel_of
from percontact.answers.readying import look_over, ready_rows
from percontact.costing.contact_lines import months_of_contact, others_of_case
from percontact.costing.kept_rows import KeptRows
from percontact.costing.priced_rows import MARKS_FILE, ROWS_FILE
from percontact.costing.rate import BASES
from percontact.demo.make import make_demo
from percontact.pipeline import OpenBook, land
from percontact.store.workspace import Workspace
from percontact.values.period import Period, add_months

BY = ["agent", "day", "segment", "outcome", "channel", "weekday", "hour", "demand", "assisted", "repeat"]
WHERE = ["channel=voice", "channel!=voice,chat", "team=", "agent!=", "segment=business", "day=2026-05-04",
         "demand=failure", "repeat=true", "outcome!=resolved"]  # fmt: skip
MONTHS = st.sampled_from(
    [("2026-05", "2026-05"), ("2026-01", "2026-03"), ("2026-04-10", "2026-05-03"), ("2024-07", "2026-06")]
)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[OpenBook, OpenBook]:
    """(a company whose rows are priced anew, the same company with priced rows kept)"""
    folder = tmp_path_factory.mktemp("kept") / "company"
    make_demo(folder, contacts=6_000)
    copy = shutil.copytree(folder, folder.with_name("keeps"))
    keeps = OpenBook(Workspace.open(copy), keeps=True)
    ready_rows(keeps)
    return OpenBook(Workspace.open(folder)), OpenBook(Workspace.open(copy))


@pytest.fixture
def own(company: tuple[OpenBook, OpenBook], tmp_path: Path) -> Path:
    """A copy of the company with kept rows, to be changed."""
    return Path(shutil.copytree(company[1].workspace.path, tmp_path / "company"))


@settings(max_examples=25)
@given(
    months=MONTHS,
    grain=st.sampled_from(["whole", "month", "week", "day"]),
    by=st.lists(st.sampled_from(BY), max_size=2, unique=True),
    where=st.lists(st.sampled_from(WHERE), max_size=2, unique=True),
    basis=st.sampled_from(BASES),
)
def test_every_sum_is_the_one_priced_anew(
    company: tuple[OpenBook, OpenBook],
    months: tuple[str, str],
    grain: str,
    by: list[str],
    where: list[str],
    basis: str,
) -> None:
    asked = {"start": months[0], "end": months[1], "by": by, "where": where, "basis": basis}
    anew, kept = (
        book.costed.cells(replace(book.ask(**asked), grain=grain))[0]  # type: ignore[arg-type]
        for book in company
    )
    assert kept == anew


@settings(max_examples=12)
@given(
    months=st.sampled_from([("2026-05", "2026-05"), ("2026-04-10", "2026-05-03"), ("2026-01", "2026-06")]),
    where=st.lists(st.sampled_from(WHERE), max_size=2, unique=True),
    basis=st.sampled_from(BASES),
    sort=st.sampled_from(["-cost", "cost", "-started_at", "started_at", "-handle_s", "handle_s"]),
    first=st.sampled_from([0, 50]),
)
def test_every_list_of_contacts_is_the_one_priced_anew(
    company: tuple[OpenBook, OpenBook],
    months: tuple[str, str],
    where: list[str],
    basis: str,
    sort: str,
    first: int,
) -> None:
    asked = {
        "start": months[0],
        "end": months[1],
        "where": where,
        "basis": basis,
        "sort": sort,
        "first": first,
    }
    anew, kept = (listed_contacts(book, **asked) for book in company)  # type: ignore[arg-type]
    assert kept.document == anew.document
    assert kept.ids == anew.ids


def test_one_contact_is_priced_from_them_line_by_line(company: tuple[OpenBook, OpenBook]) -> None:
    """Contacts of every channel, those with handlings of their own among them, on each basis."""
    anew, kept = company
    legs = anew.book.relation("handlings", ["contact_id"])
    rows = anew.book.relation("contacts", ["contact_id", "channel"])
    ids = anew.costed.con.execute(
        f"SELECT min(contact_id) FROM {rows} GROUP BY channel UNION SELECT min(contact_id) FROM {legs} "
        f"UNION SELECT max(contact_id) FROM {legs}"
    ).fetchall()
    assert len(ids) > 5
    for (one,) in ids:
        for basis in BASES:
            assert opened_contact(kept, one, basis=basis) == opened_contact(anew, one, basis=basis)


def test_where_rows_are_kept_no_contact_is_priced_anew(company: tuple[OpenBook, OpenBook]) -> None:
    kept = replace(company[1])
    kept.costed.rates(Period(kept.months()[0], add_months(kept.months()[-1], 1)))
    kept.costed.work._fine.rows = _never  # type: ignore[method-assign]
    assert listed_contacts(kept, start="2026-05", end="2026-05", where=["segment=business"]).ids
    for by in (["agent"], ["segment", "outcome"]):
        assert kept.costed.cells(kept.ask(start="2026-05", end="2026-05", by=by))[0]
    one = listed_contacts(kept, start="2026-05", end="2026-05").ids[0]
    assert opened_contact(kept, one).priced.lines


def _never(*asked: object, **more: object) -> str:
    raise AssertionError("rows were priced anew")


def test_an_id_is_looked_for_in_the_months_that_have_it(company: tuple[OpenBook, OpenBook]) -> None:
    anew, kept = company
    rows = anew.book.relation("contacts", ["contact_id", "case_id"])
    ((contact, case),) = anew.costed.con.execute(
        f"SELECT min(contact_id), arg_min(case_id, contact_id) FROM {rows} WHERE case_id IS NOT NULL"
    ).fetchall()
    assert months_of_contact(kept.costed, contact) == months_of_contact(anew.costed, contact)
    assert others_of_case(kept.costed, case, contact) == others_of_case(anew.costed, case, contact)
    assert kept.costed.kept_rows is not None
    marked = kept.costed.kept_rows.months_marked("contacts", [contact])
    assert marked is not None
    assert len(marked) < 3
    assert months_of_contact(kept.costed, "no such contact") == set()


def test_repeats_that_are_kept_give_the_same_figures(company: tuple[OpenBook, OpenBook]) -> None:
    asked = {"start": "2026-05", "end": "2026-05", "by": ["outcome"]}
    anew, kept = company[0], replace(company[1])
    look_over(kept)
    assert kept.kept.con.execute("SELECT 1 FROM duckdb_views() WHERE view_name = 'repeat_contact'").fetchall()
    before, now = (panel_of(b, ["first_contact_resolution"], **asked) for b in (anew, kept))  # type: ignore[arg-type]
    assert dict(now.figures["first_contact_resolution"]) == dict(before.figures["first_contact_resolution"])


def test_a_changed_policy_is_never_answered_from_old_prices(own: Path) -> None:
    """Telecom is given to chat as well: voice costs less, and no old price says otherwise."""
    policy = own / "policy.yaml"
    text = policy.read_text("utf-8")
    changed = text.replace("scope: {channel: [voice]}", "scope: {channel: [voice, chat]}")
    assert changed != text
    asked = {"start": "2026-05", "end": "2026-05", "by": ["agent"], "where": ["channel=voice"]}
    before = _cost(OpenBook(Workspace.open(own)), asked)
    policy.write_text(changed, "utf-8")
    after = OpenBook(Workspace.open(own))
    assert not _kept_months(after)
    shutil.rmtree(own / "runs")
    assert _cost(after, asked) == _cost(OpenBook(Workspace.open(own)), asked) < before


def _cost(book: OpenBook, asked: dict[str, object]) -> int:
    return sum(cell.pico for cell in book.costed.cells(book.ask(**asked))[0])  # type: ignore[arg-type]


def test_an_import_is_never_answered_from_old_prices(own: Path, tmp_path: Path) -> None:
    """Contacts of May 2026 come late: its rows are priced anew, and months far from it keep theirs."""
    more = tmp_path / "late.csv"
    lines = ["contact_id,channel,started_at,handle_s,team,agent"]
    lines += [f"late-{i},voice,2026-05-04 10:00:00,300,Late Team,late agent" for i in range(5)]
    more.write_text("\n".join(lines), "utf-8")
    assert land(Workspace.open(own), "contacts", more).landed == 5
    after = OpenBook(Workspace.open(own))
    kept = _kept_months(after)
    assert date(2026, 5, 1) not in kept
    assert date(2025, 2, 1) in kept
    late = after.costed.cells(after.ask(start="2026-05", end="2026-05", where=["team=Late Team"]))[0]
    assert [c.offered for c in late] == [5]


def test_a_policy_that_is_tried_has_no_old_prices_and_keeps_none(own: Path) -> None:
    text = (own / "policy.yaml").read_text("utf-8").replace("default: 0.30", "default: 0.20")
    tried = OpenBook(Workspace.open(own), instead=text)
    before = set((own / "runs").iterdir())
    assert not _kept_months(tried)
    tried.costed.cells(tried.ask(start="2026-05", end="2026-05", by=["agent"]))
    assert set((own / "runs").iterdir()) == before


def _torn(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _other_amounts(file: Path) -> None:
    shutil.copyfile(_file(OpenBook(Workspace.open(file.parents[2])), date(2026, 4, 1)), file)


def _file(book: OpenBook, month: date) -> Path:
    assert book.costed.kept_rows is not None
    (file,) = book.costed.kept_rows.files([month], ROWS_FILE)
    return file


@pytest.mark.parametrize("spoil", [_torn, _other_amounts, Path.unlink])
def test_a_torn_file_is_noticed_and_made_anew(own: Path, spoil: Callable[[Path], object]) -> None:
    """Half a file; a file of another month; none at all."""
    may = date(2026, 5, 1)
    asked = {"start": "2026-05", "end": "2026-05", "by": ["agent"]}
    book = OpenBook(Workspace.open(own))
    expected = book.costed.cells(book.ask(**asked))[0]  # type: ignore[arg-type]
    spoil(_file(book, may))
    book = OpenBook(Workspace.open(own), keeps=True)
    assert may not in _kept_months(book)
    assert book.costed.cells(book.ask(**asked))[0] == expected  # type: ignore[arg-type]
    assert book.costed.kept_rows is not None
    assert book.costed.kept_rows.make(Period(may, add_months(may, 1)))
    assert may in _kept_months(OpenBook(Workspace.open(own)))


def test_what_is_kept_already_is_left_alone(own: Path) -> None:
    book = OpenBook(Workspace.open(own), keeps=True)
    files = sorted((own / "runs").glob(f"*/{ROWS_FILE}"))
    assert len(files) == len(list((own / "runs").glob(f"*/{MARKS_FILE}"))) == len(book.months())
    written = [f.stat().st_mtime_ns for f in files]
    ready_rows(book)
    assert [f.stat().st_mtime_ns for f in files] == written


def _kept_months(book: OpenBook) -> list[date]:
    kept = book.costed.kept_rows
    assert isinstance(kept, KeptRows)
    return [month for month in book.months() if kept.is_whole(month)]
