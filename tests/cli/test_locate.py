# SPDX-License-Identifier: Apache-2.0
"""percontact locate, as a user types it."""

from pathlib import Path

import pytest


def make_faulty(tmp_path: Path, shell) -> None:
    rows = ["contact_id,started_at,channel,reason,handle_s,outcome"]
    for month in (5, 6):
        for day in range(1, 31):
            for channel in ("voice", "chat"):
                for reason in ("faq", "fault"):
                    many = 24 if (month, channel, reason) == (6, "voice", "fault") else 8
                    rows += [
                        f"{month}-{day}-{channel}-{reason}-{i},2026-{month:02d}-{day:02d} 09:{i:02d}:00,"
                        f"{channel},{reason},{300 if channel == 'voice' else 200},resolved"
                        for i in range(many)
                    ]
    (tmp_path / "contacts.csv").write_text("\n".join(rows) + "\n")
    ledger = "line_id,account,amount,period_start,period_end\n"
    ledger += "a,6000,5000.00,2026-05-01,2026-06-01\nb,6000,5000.00,2026-06-01,2026-07-01\n"
    (tmp_path / "ledger.csv").write_text(ledger)
    (tmp_path / "events.csv").write_text(
        "event,kind,started_on,reason,channel,note\nbatch,fault,2026-06-02,fault,,Loose socket\n"
        "chat-tool,release,2026-05-20,,chat,New chat\n"
    )
    (tmp_path / "budgets.csv").write_text(
        "period_start,period_end,channel,amount,contacts,currency\n"
        "2026-06-01,2026-07-01,voice,3000,480,EUR\n2026-06-01,2026-07-01,chat,2000,480,EUR\n"
    )
    assert shell("init", "books", "--currency", "EUR", "--timezone", "UTC").code == 0
    for table in ("contacts", "ledger", "events", "budgets"):
        ran = shell("-C", "books", "import", table, str(tmp_path / f"{table}.csv"), "--yes")
        assert ran.code == 0, ran.err


@pytest.fixture
def faulty(tmp_path: Path, shell, kept) -> Path:
    """
    contacts  2026-05  voice, chat x faq, fault x 30 days: 8 calls of each a day, 300 s (chat 200 s)
              2026-06  the same, but 24 a day of voice fault
    ledger    5000.00 EUR each month, by handle time
    events    2026-06-02 batch, about reason fault; 2026-05-20 chat-tool, about channel chat
    """
    kept("faulty June", tmp_path, lambda: make_faulty(tmp_path, shell))
    return tmp_path / "books"


def test_the_slice_that_grew_is_named_with_its_part(faulty: Path, shell) -> None:
    """480 more calls of voice, fault; 960 a month before."""
    told = shell("-C", "books", "locate", "contacts", "--from", "2026-06", "--to", "2026-06", "--json").json
    assert (told["then"], told["now"], told["change"]) == ("960", "1440", "480")
    cause = told["causes"][0]
    assert cause["where"] == {"channel": "voice", "reason": "fault"}
    assert (cause["then"], cause["now"], cause["contacts"]) == ("240", "720", 720)
    parts = [c["change"] for c in told["causes"]] + [told["everything"], told["length"]]
    parts += [told["in_no_slice"]["level"], told["in_no_slice"]["mix"]]
    assert sum(map(float, parts)) == pytest.approx(480)


def test_the_sentence_names_the_change_and_its_largest_part(faulty: Path, shell) -> None:
    ran = shell("-C", "books", "locate", "contacts", "--from", "2026-06", "--to", "2026-06")
    said = " ".join(ran.out.split())
    assert said.startswith("Contacts offered rose by 480 to 1,440 (2026-06 against 2026-05).")
    assert "channel voice, reason fault: 240 to 720" in said
    assert "--where channel=voice --where reason=fault" in ran.err


def test_events_are_candidates_by_time_and_about_the_slice(faulty: Path, shell) -> None:
    """The batch touches reason fault, the chat tool another slice: it stands for the whole only."""
    told = shell("-C", "books", "locate", "contacts", "--from", "2026-06", "--json").json
    assert [e["event"] for e in told["causes"][0]["candidates_by_time"]] == ["batch"]
    assert [e["event"] for e in told["candidates_by_time"]] == ["chat-tool", "batch"]


def test_the_contacts_behind_a_slice_are_those_counted(faulty: Path, shell) -> None:
    told = shell("-C", "books", "locate", "contacts", "--from", "2026-06", "--json").json
    command = told["causes"][0]["contacts_command"].split()[1:]
    listed = shell("-C", "books", *command, "--top", "1000", "--json").json
    assert len(listed["contacts"]) == told["causes"][0]["contacts"] == 720


def test_a_budget_is_another_side(faulty: Path, shell) -> None:
    """Planned 960 at 5,000.00; came 1,440: 480 of voice more."""
    told = shell(
        "-C", "books", "locate", "contacts", "--from", "2026-06", "--against", "budget", "--json"
    ).json
    assert (told["then"], told["now"], told["dimensions"]) == ("960", "1440", ["channel"])
    assert told["causes"][0]["where"] == {"channel": "voice"}
    told = shell(
        "-C", "books", "locate", "cost-per-contact", "--from", "2026-06", "--against", "budget", "--json"
    ).json
    assert float(told["then"]) == pytest.approx(5000 / 960)
    assert float(told["now"]) == pytest.approx(5000 / 1440)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("handle_time_p90",), "cannot be told apart by slices"),
        (("contacts", "--against", "lastyear"), "is not one of its values"),
        (("CSAT", "--against", "budget"), "budgets do not plan"),
        (("contacts", "--against", "budget", "--by", "reason"), "budgets do not plan by reason"),
        (
            ("contacts", "--from", "2026-05", "--to", "2026-05"),
            "there is nothing of contacts offered for 2026-04",
        ),
        (("unused_capacity_cost",), "belongs to no contact"),
    ],
)
def test_what_cannot_be_located_is_refused_with_a_reason(faulty: Path, shell, asked, said: str) -> None:
    ran = shell("-C", "books", "locate", *asked)
    assert ran.code != 0
    assert said in ran.err.replace("\n", " ").replace("It belongs", "it belongs")
