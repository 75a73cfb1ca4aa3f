# SPDX-License-Identifier: Apache-2.0
"""For any file in a known dialect: an accepted proposal reads every value as it was written."""

import csv
import io
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from percontact.ingest import read_file
from percontact.ingest.propose import Proposer
from percontact.records.book import Settings

UTC = Settings("EUR", "UTC")

DATES = {
    "dmy": ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y"),
    "mdy": ("%m/%d/%Y", "%m-%d-%Y"),
    "ymd": ("%Y-%m-%d", "%Y/%m/%d"),
}
NUMBERS = ((".", ""), (".", ","), (",", "."), (",", " "), (",", ""), (".", "'"))


@dataclass(frozen=True)
class Dialect:
    """How a file is written, and so what its true answers are."""

    delimiter: str
    order: str
    date: str
    decimal: str
    thousands: str
    title: int
    minus: str

    def number(self, value: Decimal) -> str:
        whole, _, part = f"{abs(value):.2f}".partition(".")
        groups = f"{int(whole):,}".replace(",", self.thousands)
        text = f"{groups}{self.decimal}{part}"
        return text if value >= 0 else self.minus.format(text)


@st.composite
def dialects(draw: st.DrawFn) -> Dialect:
    order = draw(st.sampled_from(sorted(DATES)))
    decimal, thousands = draw(st.sampled_from(NUMBERS))
    return Dialect(
        delimiter=draw(st.sampled_from([",", ";", "\t", "|"])),
        order=order,
        date=draw(st.sampled_from(DATES[order])),
        decimal=decimal,
        thousands=thousands,
        title=draw(st.integers(0, 3)),
        minus=draw(st.sampled_from(["-{}", "({})", "{}-", "\u2212{}"])),
    )


@st.composite
def postings(draw: st.DrawFn) -> list[tuple[datetime, str, Decimal]]:
    days = st.integers(0, 1500).map(lambda n: datetime(2023, 1, 1) + timedelta(days=n))
    amounts = st.integers(1, 10**8).map(lambda n: Decimal(n) / 100)
    rows = draw(
        st.lists(st.tuples(days, st.sampled_from(["6100", "007", "1E5"]), amounts), min_size=2, max_size=30)
    )
    # One credit among them, so that minus is written in some way.
    day, account, amount = rows[0]
    return [*rows, (day, account, amount), (day, account, -amount)]


# Each example reads files; a failing one is small enough as it was found.
@pytest.mark.slow
@settings(
    max_examples=max(10, settings.default.max_examples // 3),
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(dialect=dialects(), rows=postings(), dice=st.randoms(use_true_random=False))
def test_an_accepted_proposal_reads_every_value_as_it_was_written(dialect, rows, dice) -> None:
    text = io.StringIO()
    text.write("".join(f"Title {n}\r\n" for n in range(dialect.title)))
    writer = csv.writer(text, delimiter=dialect.delimiter)
    writer.writerow(["Posting date", "Account", "Amount", "Details"])
    written = [
        [day.strftime(dialect.date), account, dialect.number(amount), f'said "{n}", and more']
        for n, (day, account, amount) in enumerate(rows)
    ]
    writer.writerows(written)
    truth = {
        "posted_on.order": dialect.order,
        "amount.decimal": {".": "point", ",": "comma"}[dialect.decimal],
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.csv"
        path.write_bytes(text.getvalue().encode())
        with Proposer(path, "ledger", settings=UTC) as proposer:
            proposal = proposer.propose({})
            answers = {}
            for question in proposal.questions:
                assert question.key in truth | {"totals": ""}, question
                answers[question.key] = truth.get(question.key, "keep")
            proposal = proposer.propose(answers)
        assert not proposal.questions, proposal.questions
        staged = read_file(
            path, "ledger", settings=UTC, key=b"k" * 32, number=1, folder=Path(folder), book=None,
            mapping=proposal.mapping,
        )  # fmt: skip
        assert staged.aside == ()
        with duckdb.connect() as con:
            found = con.execute(
                "SELECT posted_on, account, amount FROM read_parquet($1) ORDER BY row_id",
                [[str(f.path) for f in staged.files]],
            ).fetchall()
        assert found == [(day.date(), account, amount) for day, account, amount in rows]
        dice.shuffle(written)
        again = io.StringIO()
        again.write(text.getvalue().split("Posting date")[0])
        writer = csv.writer(again, delimiter=dialect.delimiter)
        writer.writerows([["Posting date", "Account", "Amount", "Details"], *written])
        path.write_bytes(again.getvalue().encode())
        with Proposer(path, "ledger", settings=UTC) as proposer:
            assert proposer.propose(answers) == proposal
