# SPDX-License-Identifier: Apache-2.0
"""What programs read: JSON, CSV, Parquet, frames. Exact types, stable names, no text that a sheet runs."""

import csv
import io
import json
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from percontact.report.cells import exact
from percontact.report.document import Document, Table, TableColumn
from percontact.report.forms import render
from percontact.report.frames import to_arrow, to_pandas, to_polars
from percontact.report.statement import Statement
from percontact.values.problem import PercontactError

Ask = Callable[..., Statement]


def of_json(answer: Statement) -> dict[str, object]:
    read = json.loads(str(render(answer, "json")), parse_float=lambda text: pytest.fail(f"a float: {text}"))
    assert isinstance(read, dict)
    return read


def of_csv(answer: Statement | Document) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(str(render(answer, "csv")), newline="")))


def test_json_is_as_promised(tiny_statement: Statement) -> None:
    read = of_json(tiny_statement)
    assert (read["currency"], read["basis"], read["per"]) == ("EUR", "used", "contact")
    assert read["rows"] == [
        {
            "period": "2026-06",
            "channel": "voice",
            "cost": "10000.00",
            "contacts": 4000,
            "value": "2.50",
            "coverage": {"measured": "1.00", "derived": "0.00", "estimated": "0.00"},
        }
    ]
    assert read["reconciliation"] == {
        "ledger": "12000.00",
        "assigned": "10000.00",
        "unused": "2000.00",
        "unassigned": "0.00",
        "rounding": "0.00",
        "difference": "0.00",
        "unclaimed": "0.00",
        "outside": "0.00",
    }
    assert read["notes"] == []
    assert read["demo"] is False


def test_no_number_of_json_is_a_float(any_statement: Statement) -> None:
    floats: list[str] = []
    json.loads(str(render(any_statement, "json")), parse_float=floats.append)
    assert floats == []


def test_json_says_unknown_and_undefined_as_null(ask_rich: Ask) -> None:
    rows = of_json(ask_rich(start="2026-06-01", end="2026-08-01", by=("channel",)))["rows"]
    assert isinstance(rows, list)
    july = [row for row in rows if row["period"] == "2026-07"]
    assert {row["cost"] for row in july} == {None} == {row["value"] for row in july}
    assert None in [row["channel"] for row in rows]


def test_another_denominator_has_a_key_of_its_own_and_contacts_stay_contacts(ask_rich: Ask) -> None:
    """April: 1,200,000 s and more of work; minutes as a decimal string, contacts as a whole number."""
    row = of_json(ask_rich("KWD", "handle-minute"))["rows"][0]  # type: ignore[index]
    assert isinstance(row["denominator"], str)
    assert Decimal(row["denominator"]) > 1000
    assert row["contacts"] == 966
    assert len(row["cost"].partition(".")[2]) == 3
    assert 2 <= len(row["value"].partition(".")[2]) <= 6


def test_shares_of_coverage_sum_to_one(any_statement: Statement) -> None:
    for row in of_json(any_statement)["rows"]:  # type: ignore[attr-defined]
        if row["coverage"] is None:
            assert row["contacts"] == 0
        else:
            assert sum(map(Decimal, row["coverage"].values())) == 1


def test_a_dimension_named_like_a_column_of_ours_does_not_hide_it(ask_rich: Ask) -> None:
    """The book has a dimension of its own called `cost`."""
    s = ask_rich(by=("cost",))
    assert [row["by_cost"] for row in of_csv(s)][:2] == ["grade 0", "grade 1"]
    assert of_json(s)["rows"][0]["by_cost"] == "grade 0"  # type: ignore[index]
    assert to_polars(s).columns[:3] == ["period", "by_cost", "cost"]


def test_rows_that_are_no_slice_bear_a_label(ask_rich: Ask) -> None:
    s = ask_rich(by=("channel",), basis="full")
    row = next(row for row in of_csv(s) if row["label"])
    assert {name: cell for name, cell in row.items() if cell} == {
        "period": "2026-04", "cost": "100.10", "contacts": "0", "offered": "0", "handle_s": "0",
        "start": "2026-04-01", "currency": "EUR", "label": "(unassigned)",
    }  # fmt: skip
    assert "label" not in of_csv(ask_rich(by=("channel",)))[0]


def test_csv_follows_rfc_4180(hostile_statement: Statement) -> None:
    written = str(render(hostile_statement, "csv"))
    assert written.endswith("\r\n")
    assert '"say ""no"", please"' in written
    assert '"two\nlines"' in written


def test_a_csv_cell_from_data_never_begins_a_formula(
    hostile_statement: Statement, hostile: tuple[str, ...]
) -> None:
    cells = {row["reason"] for row in of_csv(hostile_statement)}
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert {cell.removeprefix("'") for cell in cells} == set(hostile)


def test_a_negative_number_keeps_its_sign_in_csv() -> None:
    columns = (TableColumn("what", "What"), TableColumn("amount", "Amount", "money", "EUR"))
    document = Document("t", "h", (Table("T", columns, (("-credit", -1234), ("x", 5)), ("Total", -1229)),))
    assert str(render(document, "csv")) == "what,amount\r\n'-credit,-12.34\r\nx,0.05\r\n"


def test_parquet_holds_exact_types(ask_rich: Ask, tmp_path: Path) -> None:
    path = tmp_path / "answer.parquet"
    for currency, money in (("EUR", "DECIMAL(38,2)"), ("JPY", "DECIMAL(38,0)"), ("KWD", "DECIMAL(38,3)")):
        written = render(ask_rich(currency, by=("reason",)), "parquet")
        assert isinstance(written, bytes)
        path.write_bytes(written)
        types = dict(duckdb.sql(f"SELECT column_name, column_type FROM (DESCRIBE FROM '{path}')").fetchall())
        assert types["cost"] == money
        assert types["value"] == "DECIMAL(38,12)"
        assert (types["contacts"], types["start"], types["reason"]) == ("BIGINT", "DATE", "VARCHAR")
        assert not {"DOUBLE", "FLOAT"} & set(types.values())


def test_an_answer_without_a_table_says_its_headline_in_csv_and_parquet(tmp_path: Path) -> None:
    """Nothing broke, so there is no alert to list"""
    nothing = Document("What broke", "Nothing broke in June 2026.")
    assert str(render(nothing, "csv")).splitlines() == ["says", "Nothing broke in June 2026."]
    file = tmp_path / "answer.parquet"
    content = render(nothing, "parquet")
    assert isinstance(content, bytes)
    file.write_bytes(content)
    assert duckdb.sql(f"FROM '{file}'").fetchall() == [("Nothing broke in June 2026.",)]


def test_texts_reach_parquet_and_frames_as_they_are(
    hostile_statement: Statement, hostile: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "answer.parquet"
    path.write_bytes(bytes(render(hostile_statement, "parquet")))  # type: ignore[arg-type]
    assert {row[0] for row in duckdb.sql(f"SELECT reason FROM '{path}'").fetchall()} == set(hostile)
    assert set(to_arrow(hostile_statement)["reason"].to_pylist()) == set(hostile)


def test_frames_hold_exact_types_and_the_same_cells(any_statement: Statement) -> None:
    import polars
    import pyarrow

    arrow, frame, pandas = to_arrow(any_statement), to_polars(any_statement), to_pandas(any_statement)
    assert pyarrow.types.is_decimal128(arrow.schema.field("cost").type)
    assert arrow.schema.field("contacts").type == pyarrow.int64()
    assert arrow.schema.field("start").type == pyarrow.date32()
    assert frame.schema["start"] == polars.Date
    assert isinstance(frame.schema["cost"], polars.Decimal)
    assert frame.to_dicts() == arrow.to_pylist()
    assert [str(kind) for kind in pandas.dtypes][-1] == "string[pyarrow]" or len(pandas) == len(frame)
    assert pandas["cost"].dtype.pyarrow_dtype == arrow.schema.field("cost").type
    assert arrow["start"].to_pylist() == [date.fromisoformat(row["start"]) for row in of_csv(any_statement)]


@pytest.mark.parametrize(
    ("library", "to_frame"), [("pyarrow", to_arrow), ("polars", to_polars), ("pandas", to_pandas)]
)
def test_a_missing_library_is_named_with_the_line_that_installs_it(
    library: str,
    to_frame: Callable[[Statement], object],
    tiny_statement: Statement,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(PercontactError, match=f"{library} is not installed") as raised:
        to_frame(tiny_statement)
    assert raised.value.problem.code == "E-LIB-01"
    assert "pip install 'percontact[frames]'" in raised.value.problem.do


def test_a_thirty_eight_digit_amount_is_not_rounded(tmp_path: Path) -> None:
    column = TableColumn("amount", "Amount", "money", "EUR")
    cents = 12_345_678_901_234_567_890_123
    document = Document("t", "h", (Table("T", (column,), ((cents,),)),))
    assert exact(cents, column) == "123456789012345678901.23"
    assert to_arrow(document)["amount"].to_pylist() == [Decimal("123456789012345678901.23")]
    path = tmp_path / "a.parquet"
    path.write_bytes(bytes(render(document, "parquet")))  # type: ignore[arg-type]
    assert duckdb.sql(f"SELECT amount FROM '{path}'").fetchall() == [(Decimal("123456789012345678901.23"),)]
