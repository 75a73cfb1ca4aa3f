# SPDX-License-Identifier: Apache-2.0
"""Stories hidden in the demo company are located; in the company without stories they are not there."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from percontact import front
from percontact.demo.make import make_demo
from percontact.explain.alerts import Alert
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


def alerts(book: OpenBook, **asked: str) -> dict[tuple[str, str], Alert]:
    """(metric, where) -> its alert."""
    found = front.watch(book, **asked).answer.alerts  # type: ignore[arg-type]
    return {(a.card.metric, " ".join("=".join(map(str, c)) for c in a.slices[0])): a for a in found}


def test_every_story_of_the_truth_has_its_test(told: OpenBook) -> None:
    """truth.yaml lies beside the files; percontact never reads it."""
    told_of = yaml.safe_load((told.workspace.path / "sources" / "truth.yaml").read_text())
    shown = {
        "product_fault": "watch, locate, explain, opportunities",
        "chatbot_launch": "watch, locate, explain",
        "training_pays": "watch, locate",
        "wage_rise": "explain",
        "slow_on_simple": "opportunities",
    }
    assert {story["story"] for story in told_of["stories"]} == shown.keys()


def test_the_batch_of_lamps_is_watched_since_its_first_day(told: OpenBook) -> None:
    """Twice the first contacts about product faults from 9 to 22 March 2026, and those who come back."""
    alert = alerts(told, start="2026-03", end="2026-03")["contacts_offered", "reason=product_fault"]
    assert abs((alert.found.since - date(2026, 3, 9)).days) <= 1
    assert alert.found.found <= date(2026, 3, 20)
    assert [event.name for event in alert.events] == ["lamp-batch"]


def test_the_launch_is_watched_where_the_ai_agent_answers(told: OpenBook, plain: OpenBook) -> None:
    """From 6 October 2025 six of ten chats and messages of some reasons, reached over six weeks."""
    span = {"start": "2025-10", "end": "2025-12"}
    alert = alerts(told, **span)["contacts_offered", "channel=ai_agent"]
    assert date(2025, 10, 1) <= alert.found.since <= date(2025, 10, 20)
    assert (alert.found.one.observed or 0) > 2 * (alert.found.one.expected or 0)
    assert ("contacts_offered", "channel=ai_agent") not in alerts(plain, **span)


def test_the_training_is_watched_in_the_handle_time_since_its_day(told: OpenBook, plain: OpenBook) -> None:
    """From 12 May 2025 the calls of Voice South take 0.88 times as long."""
    span = {"start": "2025-05", "end": "2025-07"}
    alert = alerts(told, **span)["average_handle_time", "team=Voice South"]
    assert abs((alert.found.since - date(2025, 5, 12)).days) <= 3
    assert (alert.found.one.observed or 0) / (alert.found.one.expected or 1) == pytest.approx(0.88, abs=0.04)
    assert [event.name for event in alert.events] == ["training-calls"]
    assert ("average_handle_time", "team=Voice South") not in alerts(plain, **span)


def test_the_pay_agreement_is_explained_as_a_rate_at_its_site(told: OpenBook, plain: OpenBook) -> None:
    """From January 2026 nine percent more for an hour in Krakow, where Voice South and Digital Care work."""

    def risen(book: OpenBook) -> dict[str | None, float]:
        parts = front.explain(book, end="2026-01", against="last-year").bridge.parts
        (wages,) = [p for p in parts if p.name == "wage and price rates"]
        return {p.value: p.pico / 1e12 for p in wages.pieces["pool"]}

    more = {pool: euro - risen(plain).get(pool, 0.0) for pool, euro in risen(told).items()}
    largest = sorted(more, key=lambda pool: more[pool])[-2:]
    assert set(largest) == {"people.voice_south", "people.digital_care"}


def test_without_stories_nothing_is_told_beyond_what_chance_is_allowed(
    plain: OpenBook, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """
    Three companies, thirteen weeks each. One alert a year in all series may be chance: 0.8 in all; by chance
    (Poisson) more than two would be told one time in twenty
    """
    books = [plain]
    for seed in (21, 22):
        folder = tmp_path_factory.mktemp(f"plain{seed}") / "books"
        make_demo(folder, contacts=120_000, stories=False, seed=seed)
        books.append(front.open(folder))
    found = [front.watch(book).answer for book in books]
    for answer in found:
        assert answer.series * answer.false_alarms <= 1.05
    assert sum(len(answer.alerts) + answer.held_back for answer in found) <= 2


def test_without_stories_the_seasons_of_a_whole_year_are_no_breaks(plain: OpenBook) -> None:
    """
    July to June, channels and teams: sales in November, Christmas, queues in December, each seen once before.
    One alert a year in all series may be chance; more than three would be told one time in fifty (Poisson)
    """
    metrics = ("contacts_offered", "service_level")
    found = front.watch(plain, metrics, start="2025-07", end="2026-06", by=["channel", "team"]).answer
    assert len(found.alerts) + found.held_back <= 3
    assert any("the season, are no alerts: contacts offered" in note for note in found.notes)


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
