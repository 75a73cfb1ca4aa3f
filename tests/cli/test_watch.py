# SPDX-License-Identifier: Apache-2.0
"""`percontact watch` as people run it: totals a day are enough."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

FIRST = date(2025, 6, 2)
DAYS = 7 * 52


@pytest.fixture
def desk(tmp_path: Path, shell) -> Path:
    """A year of totals a day: two channels, three reasons; faults double from 2 to 15 March 2026."""
    rng = np.random.default_rng(5)
    shape = np.array([1.1, 1.05, 1.0, 1.0, 0.95, 0.4, 0.3])
    lines = ["contact_id,started_at,channel,reason,count,handle_s"]
    for day in range(DAYS):
        today = FIRST + timedelta(day)
        for channel in ("voice", "email"):
            for reason, usual in (("orders", 90), ("refunds", 60), ("fault", 30)):
                doubled = reason == "fault" and date(2026, 3, 2) <= today <= date(2026, 3, 15)
                many = rng.poisson(usual * shape[day % 7] * (2 if doubled else 1))
                row = (f"{today}-{channel}-{reason}", f"{today} 12:00:00", channel, reason, many, many * 300)
                lines.append(",".join(map(str, row)))
    (tmp_path / "contacts.csv").write_text("\n".join(lines) + "\n")
    months = [f"2025-{m:02}" for m in range(6, 13)] + [f"2026-{m:02}" for m in range(1, 6)]
    ledger = "".join(f"6000,{month},9000,EUR\n" for month in months)
    (tmp_path / "ledger.csv").write_text("account,date,amount,currency\n" + ledger)
    events = "event,kind,started_on\nlamp batch,fault,2026-02-27\nnew tariff,price,2025-09-01\n"
    (tmp_path / "events.csv").write_text(events)
    assert shell("init", "books", "--currency", "EUR", "--timezone", "UTC").code == 0
    for table in ("contacts", "ledger", "events"):
        ran = shell("-C", "books", "import", table, f"{table}.csv", "--yes")
        assert ran.code == 0, ran.err
    return tmp_path / "books"


def test_a_doubled_reason_is_told_with_its_days_and_its_event(desk: Path, shell) -> None:
    told = shell(
        "-C", "books", "watch", "contacts_offered", "--from", "2026-02", "--false-alarms", "0.02", "--json"
    ).json
    (alert,) = told["alerts"]
    assert (alert["since"], alert["until"]) == ("2026-03-02", "2026-03-15")
    assert alert["where"] == [{"reason": "fault"}]
    assert alert["observed"] / alert["expected"] == pytest.approx(2, abs=0.3)
    assert alert["events"] == ["lamp batch"]


def test_the_sentence_on_top_says_what_where_since_when_and_how_far(desk: Path, shell) -> None:
    ran = shell("-C", "books", "watch", "contacts_offered", "--from", "2026-02", "--false-alarms", "0.02")
    said = " ".join(ran.out.split())
    assert said.startswith("One alert in 2026-02")
    assert "Contacts offered for reason fault rose from 2026-03-02 to 2026-03-15" in said
    assert "Candidates by time. That they were the cause is not said by it." in said
    assert "locate contacts_offered" in ran.err


def test_quiet_weeks_say_that_nothing_broke(desk: Path, shell) -> None:
    ran = shell(
        "-C",
        "books",
        "watch",
        "contacts_offered",
        "AHT",
        "--from",
        "2025-11",
        "--to",
        "2026-01",
        "--false-alarms",
        "0.02",
    )
    assert "Nothing broke in 2025-11 to 2026-01" in ran.out


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("handle_time_p90",), "is not told by day"),
        (("--to", "2025-08"), "contacts are known for 91 days"),
        (("contacts_ofered",), "contacts_offered"),
    ],
)
def test_what_cannot_be_watched_is_refused_with_a_reason(desk: Path, shell, asked, said: str) -> None:
    ran = shell("-C", "books", "watch", *asked)
    assert ran.code != 0
    assert said in " ".join(ran.err.split())
