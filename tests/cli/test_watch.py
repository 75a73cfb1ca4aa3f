# SPDX-License-Identifier: Apache-2.0
"""`percontact watch` as people run it: totals a day are enough."""

import gzip
import os
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

REAL = Path(os.environ.get("PERCONTACT_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
FIRST = date(2025, 6, 2)
DAYS = 7 * 52


def make_desk(tmp_path: Path, shell) -> None:
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


@pytest.fixture
def desk(tmp_path: Path, shell, kept) -> Path:
    """A year of totals a day: two channels, three reasons; faults double from 2 to 15 March 2026."""
    kept("a year of days", tmp_path, lambda: make_desk(tmp_path, shell))
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


def test_days_of_the_calendar_at_one_site_are_left_out_and_counted(desk: Path, shell) -> None:
    """The fortnight is a works holiday at one site, with short hours on its last day."""
    days = [date(2026, 3, 2) + timedelta(day) for day in range(14)]
    rows = [f"{day},Leipzig,holiday,," for day in days[:-1]] + [f"{days[-1]},Leipzig,open,09:00,12:00"]
    (desk.parent / "calendar.csv").write_text("day,site,kind,opens,closes\n" + "\n".join(rows) + "\n")
    assert shell("-C", "books", "import", "calendar", "calendar.csv", "--yes").code == 0
    asked = ("-C", "books", "watch", "contacts_offered", "--from", "2026-02", "--false-alarms", "0.02")
    told = shell(*asked, "--json").json
    assert told["alerts"] == []
    assert "14 days of the calendar (holidays, closed, other hours) are left out." in told["notes"]


def test_what_is_asked_twice_is_answered_alike(desk: Path, shell) -> None:
    asked = ("-C", "books", "watch", "--from", "2026-01", "--alerts", "50", "--json")
    assert shell(*asked).json == shell(*asked).json


def test_the_sentence_on_top_says_what_where_since_when_and_how_far(desk: Path, shell) -> None:
    ran = shell("-C", "books", "watch", "contacts_offered", "--from", "2026-02", "--false-alarms", "0.02")
    said = " ".join(ran.out.split())
    assert said.startswith("One alert from February to May 2026.")
    assert "Contacts offered for reason fault rose from 2 to 15 March 2026" in said
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
    assert "Nothing broke from November 2025 to January 2026" in ran.out


def make_line(tmp_path: Path, shell) -> None:
    rng = np.random.default_rng(6)
    day_shape = 60 + 50 * np.sin((np.arange(24) - 8) / 24 * 2 * np.pi)
    lines = ["contact_id,started_at,channel,reason,count"]
    for day in range(7 * 26):
        today = date(2025, 9, 29) + timedelta(day)
        for hour in range(24):
            for channel, share in (("voice", 1.0), ("email", 0.5)):
                more = 3 if channel == "voice" and today == date(2026, 3, 8) and 2 <= hour <= 4 else 1
                many = rng.poisson((60 + day_shape[hour]) * share * (0.7 if day % 7 == 6 else 1) * more)
                lines.append(f"{today}-{hour}-{channel},{today} {hour:02}:00:00,{channel},orders,{many}")
    (tmp_path / "contacts.csv").write_text("\n".join(lines) + "\n")
    assert shell("init", "books", "--currency", "EUR", "--timezone", "UTC").code == 0
    ran = shell("-C", "books", "import", "contacts", "contacts.csv", "--yes")
    assert ran.code == 0, ran.err


@pytest.fixture
def line(tmp_path: Path, shell, kept) -> Path:
    """Half a year of hours, two channels; on Sunday 8 March 2026 voice triples from 02:00 to 05:00."""
    kept("half a year of hours", tmp_path, lambda: make_line(tmp_path, shell))
    return tmp_path / "books"


def test_three_hours_of_a_night_are_told_by_the_hour_since_when_and_where(line: Path, shell) -> None:
    asked = ("-C", "books", "watch", "--grain", "hour", "--by", "channel", "--from", "2026-03")
    (alert,) = shell(*asked, "--json").json["alerts"]
    assert (alert["first_hour"], alert["last_hour"]) == ("2026-03-08T02:00:00", "2026-03-08T04:00:00")
    assert alert["where"] == [{"channel": "voice"}]
    assert alert["observed"] / alert["expected"] == pytest.approx(3, abs=0.5)
    said = " ".join(shell(*asked).out.split())
    assert "rose from Sunday 8 March 2026, 02:00 to 05:00 (in 3 hours)" in said
    assert "2026-03-08 02:00" in said


def test_cost_is_not_told_by_the_hour(line: Path, shell) -> None:
    ran = shell("-C", "books", "watch", "cost_per_contact", "--grain", "hour")
    assert ran.code != 0
    assert "is not told by hour" in " ".join(ran.err.split())


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


@pytest.mark.real
@pytest.mark.skipif(not REAL.is_dir(), reason=f"no real data in {REAL}; set PERCONTACT_REAL_DATA")
def test_all_five_events_of_the_taxi_rides_are_found_by_the_hour_and_nothing_else(
    tmp_path: Path, shell
) -> None:
    """Half-hour taxi rides of New York, July 2014 to January 2015, with the windows of five named events."""
    windows = [
        tuple(datetime.fromisoformat(text) for text in line.split(","))
        for line in (REAL / "nab_nyc_taxi_windows.csv").read_text().splitlines()[1:]
    ]
    with gzip.open(REAL / "nab_nyc_taxi.csv.gz", "rt") as file:
        rows = [line.strip().split(",") for line in file][1:]
    text = "".join(f"{at},{at},taxi,{round(float(rides))}\n" for at, rides in rows)
    (tmp_path / "contacts.csv").write_text("contact_id,started_at,channel,count\n" + text)
    assert shell("init", "books", "--currency", "USD", "--timezone", "UTC").code == 0
    assert shell("-C", "books", "import", "contacts", "contacts.csv", "--yes").code == 0
    asked = ("--grain", "hour", "--from", "2014-10-01", "--by", "channel", "--json")
    alerts = shell("-C", "books", "watch", *asked).json["alerts"]
    found, outside = set(), 0
    for alert in alerts:
        first, last = (datetime.fromisoformat(alert[name]) for name in ("first_hour", "last_hour"))
        found |= {i for i, (start, end) in enumerate(windows) if start <= first <= end}
        outside += not any(first <= end and last >= start for start, end in windows)
    assert (found, outside) == ({0, 1, 2, 3, 4}, 0)
