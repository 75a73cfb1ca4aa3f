# SPDX-License-Identifier: Apache-2.0
"""Stories hidden in the demo company are located; in the company without stories they are not there."""

from pathlib import Path

import pytest

from percontact import front
from percontact.demo.make import make_demo
from percontact.pipeline import OpenBook

pytestmark = pytest.mark.slow
CONTACTS = 250_000
"""A quarter of the company: what is hidden there is a quarter as large."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> OpenBook:
    folder = tmp_path_factory.mktemp("told") / "books"
    make_demo(folder, contacts=CONTACTS)
    return front.open(folder)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> OpenBook:
    folder: Path = tmp_path_factory.mktemp("plain") / "books"
    make_demo(folder, contacts=CONTACTS, stories=False)
    return front.open(folder)


def causes(book: OpenBook, metric: str, **asked: object) -> list[tuple[dict[str, str | None], str]]:
    found = front.locate(book, metric, **asked)  # type: ignore[arg-type]
    return [(dict(c.where), c.effect) for c in found.answer.located.causes]


FAULT = {"start": "2026-03-09", "end": "2026-03-22"}


def test_the_batch_of_lamps_is_located_in_the_contacts(told: OpenBook, plain: OpenBook) -> None:
    lamp = {"reason": "product_fault", "product": "lamp"}
    assert causes(told, "contacts", **FAULT)[0] == (lamp, "level")
    assert lamp not in [where for where, _ in causes(plain, "contacts", **FAULT)]


def test_the_training_is_located_in_the_handle_time(told: OpenBook, plain: OpenBook) -> None:
    after = {"start": "2025-06", "end": "2025-12", "by": ["team", "channel", "reason"]}
    assert ({"team": "Voice South"}, "level") in causes(told, "handle-time", **after)
    assert ({"team": "Voice South"}, "level") not in causes(plain, "handle-time", **after)


def test_the_ai_agent_is_located_in_the_mix_of_cost_per_contact(told: OpenBook) -> None:
    found = causes(told, "cost-per-contact", start="2026-01", end="2026-03", against="last-year")
    assert ({"channel": "ai_agent"}, "mix") in found


def test_without_stories_a_fortnight_names_no_slice(plain: OpenBook) -> None:
    assert causes(plain, "contacts", **FAULT) == []
    assert causes(plain, "repeat_contact_rate", **FAULT) == []


def chances(book: OpenBook, **asked: str) -> list[tuple[str, dict[str, tuple[str, ...]]]]:
    return [(o.kind, dict(o.where)) for o in front.opportunities(book, **asked).answer.found]


QUARTER = {"start": "2026-01", "end": "2026-03"}


def test_the_team_slow_on_simple_contacts_is_an_opportunity(told: OpenBook, plain: OpenBook) -> None:
    """Truth: Voice North, 1.35 times as long on the simple reasons. A year, for the company is a quarter."""
    simple = {"account_data", "account_login", "invoice_copy", "refund_status", "return_label", "store_hours",
              "where_is_my_order"}  # fmt: skip
    year = {"start": "2025-07", "end": "2026-06"}
    slow = [where for kind, where in chances(told, **year) if kind == "slow_on_simple"]
    assert [where["team"] for where in slow] == [("Voice North",)]
    assert len(set(slow[0]["reason"]) & simple) >= 4
    assert [kind for kind, _ in chances(plain, **year) if kind == "slow_on_simple"] == []


def test_the_batch_of_lamps_is_an_opportunity(told: OpenBook, plain: OpenBook) -> None:
    assert ("after_fault", {"reason": ("product_fault",)}) in chances(told, **QUARTER)
    assert "after_fault" not in [kind for kind, _ in chances(plain, **QUARTER)]


def test_no_bot_is_said_to_lose_money_where_it_saves(told: OpenBook) -> None:
    """The AI agent settles seven of ten; no story says that it costs more than it saves."""
    assert "bot_costs_more" not in [kind for kind, _ in chances(told, **QUARTER)]
