# SPDX-License-Identifier: Apache-2.0
"""Values that conditions name: of some contact, of another table's row, or a slip."""

from datetime import date

import pytest

from percontact.costing import CostedBook, cost, textbook
from percontact.costing.slice import Condition
from percontact.costing.values_there import need_known, need_there, values_of
from percontact.records.books import make_book
from percontact.values.period import Period
from percontact.values.problem import PercontactError

MAY, JUNE = Period(date(2026, 5, 1), date(2026, 6, 1)), Period(date(2026, 6, 1), date(2026, 7, 1))


@pytest.fixture
def costed() -> CostedBook:
    """
    contacts   May: team Popup   June: team Billing
    handlings  June: team Back office too, of the contact of Billing
    budgets    June: team Planned
    """
    june = {"period_start": "2026-06-01", "period_end": "2026-07-01"}
    book = make_book({
        "contacts": [
            {"contact_id": "c1", "channel": "voice", "team": "Popup", "started_at": "2026-05-03 09:00:00",
             "customer_id": "u1"},
            {"contact_id": "c2", "channel": "voice", "team": "Billing", "started_at": "2026-06-03 09:00:00"},
        ],
        "handlings": [
            {"handling_id": "h1", "contact_id": "c2", "team": "Back office",
             "started_at": "2026-06-03 09:00:00"},
        ],
        "ledger": [{"line_id": "l1", "account": "6000", "amount": "100", **june}],
        "budgets": [{"team": "Planned", "amount": "100", **june}],
    })  # fmt: skip
    return cost(book, textbook())


def team(*values: str, negate: bool = False) -> list[Condition]:
    return [Condition("team", values, negate)]


def test_values_are_of_the_months_asked_for(costed: CostedBook) -> None:
    assert values_of(costed.work, "team", MAY) == ["Popup"]
    assert values_of(costed.work, "team", JUNE) == ["Back office", "Billing"]


def refused(costed: CostedBook, where: list[Condition]) -> str:
    """Why a question of June is refused; "" = it is not."""
    try:
        need_known(costed.work, where, JUNE)
    except PercontactError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "where",
    [team("Billing"), team("Popup"), team("Popup", "Billing"), team("Popup", negate=True), team("")],
)
def test_what_any_contact_has_is_known_in_any_month(costed: CostedBook, where: list[Condition]) -> None:
    assert refused(costed, where) == ""


@pytest.mark.parametrize("name", ["Back office", "Planned"])
def test_a_team_that_only_another_table_knows_is_no_slip(costed: CostedBook, name: str) -> None:
    assert refused(costed, team(name)) == ""


@pytest.mark.parametrize("where", [team("Biling"), team("Billing", "Biling"), team("Biling", negate=True)])
def test_a_slip_is_told_with_what_is_near_though_it_is_one_of_several_or_left_out(
    costed: CostedBook, where: list[Condition]
) -> None:
    with pytest.raises(PercontactError, match="no contact has team 'Biling'") as told:
        need_known(costed.work, where, JUNE)
    assert told.value.problem.why == "Did you mean Billing?"


def test_a_judged_dimension_has_its_values_though_no_contact_has_one(costed: CostedBook) -> None:
    need_known(costed.work, [Condition("repeat", ("true",)), Condition("demand", ("failure",))], JUNE)
    with pytest.raises(PercontactError, match="no contact has repeat 'yes'"):
        need_known(costed.work, [Condition("repeat", ("yes",))], JUNE)


def test_a_customer_that_nobody_is_stands_in_no_error_and_neither_do_others(costed: CostedBook) -> None:
    with pytest.raises(PercontactError, match="no contact has this customer_id") as told:
        need_known(costed.work, [Condition("customer_id", ("0" * 32,))], JUNE)
    assert "0000" not in str(told.value)


def test_what_only_other_months_have_is_told_as_that(costed: CostedBook) -> None:
    with pytest.raises(PercontactError, match="no contact of June 2026 has team 'Popup'") as told:
        need_there(costed.work, team("Popup"), JUNE, "June 2026")
    assert told.value.problem.do == "Choose another period."
    need_there(costed.work, team("Popup", "Billing"), JUNE, "June 2026")
    need_there(costed.work, team("Popup", negate=True), JUNE, "June 2026")
