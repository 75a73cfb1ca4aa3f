# SPDX-License-Identifier: Apache-2.0
"""Nothing is dropped in silence: wrong numbers of our own that came from looking away (R40 and on)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from percontact.costing import CostedBook, Slice, parse_policy
from percontact.report.health import findings
from percontact.report.state import state
from percontact.report.statement import Statement
from percontact.values.money import from_pico
from percontact.values.period import Period
from percontact.values.problem import PercontactError

Cost = Callable[..., CostedBook]
JUNE = Period(date(2026, 6, 1), date(2026, 7, 1))


def code_of(call: Callable[[], object]) -> str:
    """The code of the problem a call raises."""
    with pytest.raises(PercontactError) as error:
        call()
    return error.value.problem.code


def shown(costed: CostedBook, *by: str, basis: str = "used") -> Statement:
    """June's statement."""
    return state(costed, Slice(JUNE, by=by, basis=basis), compare=False)  # type: ignore[arg-type]


def by(costed: CostedBook, *dimensions: str, basis: str = "used") -> dict[tuple[object, ...], Decimal]:
    """Cost of each cell in June, to the millionth."""
    question = Slice(JUNE, "month", dimensions, basis=basis)  # type: ignore[arg-type]
    return {c.values: round(from_pico(c.pico), 6) for c in costed.cells(question)[0]}


# -- shared pools that feed each other -----------------------------------------------------------------

CIRCLE = """
pools:
  it: {driver: cost, to: [hr, voice]}
  hr: {driver: cost, to: [it, voice]}
  voice: {}
rules: [{match: {account: "1"}, to: it}, {match: {account: "2"}, to: hr}, {match: {account: "3"}, to: voice}]
shared: {method: %s}
"""


@pytest.mark.parametrize("method", ["direct", "step-down", "reciprocal"])
def test_r40_cost_that_goes_round_among_shared_pools_is_refused(cost_of: Cost, method: str) -> None:
    """
    R40. it 100 and hr 50 give by cost to each other and to voice, which has no cost of its own in June: by
    cost, voice takes nothing, and all 150 ended as unassigned with a note about work. Now it is refused;
    by `direct`, where neither may take from the other, the cost finds no driver at all.
    """
    costed = cost_of(
        CIRCLE % method, contacts=[{}], ledger=[{"account": "1"}, {"account": "2", "amount": "50"}]
    )
    assert code_of(lambda: shown(costed)) == "E-POL-03"


def test_r40_the_circle_is_solved_where_reciprocal_is_said_and_there_is_a_way_out(cost_of: Cost) -> None:
    """voice has 100 too: IT = 100 + HR/2 and HR = 100 + IT/2, so IT = HR = 200, and voice takes all."""
    ledger = [{"account": "1"}, {"account": "2"}, {"account": "3"}]
    costed = cost_of(CIRCLE % "reciprocal", contacts=[{}], ledger=ledger)
    assert (str(costed.assigned), str(costed.unassigned)) == ("EUR 300.00", "EUR 0.00")


@pytest.mark.parametrize(
    "text",
    [
        "pools: {a: {driver: weights, to: [b, v], weights: {b: 1}}, "
        "b: {driver: weights, to: [a, v], weights: {a: 1}}, v: }\nshared: {method: reciprocal}",
        "pools: {a: {driver: handle_s, to: b}, b: {driver: cost, to: v}, v: }",
    ],
)
def test_r41_a_pool_that_can_give_only_to_pools_that_take_nothing_is_refused(text: str) -> None:
    """R41. Weights of nothing, and work measured at shared pools, left the cost unassigned."""
    assert code_of(lambda: parse_policy(text)) == "E-POL-03"


def test_r42_shared_cost_that_finds_no_driver_is_named(cost_of: Cost) -> None:
    """R42. The desks of voice are unknown, so it's 100 has no owner: the note spoke of work, not of it."""
    policy = "pools: {it: {driver: seats, to: voice}, voice: {}}\nrules: [{to: it}]"
    costed = cost_of(policy, contacts=[{}], ledger=[{}])
    said = "Pool it: none of the pools it serves (voice) has seats in 2026-06, so its cost of EUR 100.00"
    assert any(note.startswith(said) for note in shown(costed).notes)
    assert any(f.what.startswith(said) for f in findings(costed))


# -- metered use without a contact ---------------------------------------------------------------------

AI = 'pools: {ai: {driver: "usage:token"}}\nrules: [{to: ai}]\n'


@pytest.mark.parametrize("stranger", [None, "nobody"])
def test_r43_metered_use_without_a_contact_takes_its_part_and_is_shown(
    cost_of: Cost, stranger: str | None
) -> None:
    """
    R43. 100 EUR for 10 tokens: c1 used 3, c2 used 5, and 2 name no contact (or one that is not there). The
    2 were passed over, so c1 and c2 bore their 20 EUR without a word.
    """
    usage = [{"contact_id": c, "quantity": q} for c, q in (("c1", 3), ("c2", 5), (stranger, 2))]
    costed = cost_of(AI, contacts=[{}, {}], usage=usage, ledger=[{}])
    assert by(costed, "contact_id") == {("c1",): 30, ("c2",): 50}
    statement = shown(costed)
    assert (statement.proof.assigned, statement.proof.unassigned) == (80_00, 20_00)
    said = (
        "Pool ai: 2 of 10 units of token name no contact that is there, "
        "so their part, EUR 20.00, is unassigned."
    )
    assert said in statement.notes
    assert said in [f.what for f in findings(costed)]


def test_r43_on_basis_full_it_stands_as_a_line_of_its_own(cost_of: Cost) -> None:
    """As above; by channel, so that common cost has rows of its own."""
    usage = [{"contact_id": c, "quantity": q} for c, q in (("c1", 3), ("c2", 5), (None, 2))]
    rows = shown(cost_of(AI, contacts=[{}, {}], usage=usage, ledger=[{}]), "channel", basis="full").rows
    assert [(r.label or r.values[0], r.cents) for r in rows] == [("voice", 80_00), ("(unassigned)", 20_00)]


def test_r43_pools_of_one_item_share_it_as_they_share_the_known_use(cost_of: Cost) -> None:
    """
    60 EUR for chat's tokens and 40 for voice's; a fifth of all tokens names nobody: a fifth of each pool.
    """
    policy = (
        "pools: {c: {driver: 'usage:token', scope: {channel: chat}}, "
        "v: {driver: 'usage:token', scope: {channel: voice}}}\n"
        "rules: [{match: {account: '1'}, to: c}, {match: {account: '2'}, to: v}]"
    )
    usage = [{"contact_id": c, "quantity": q} for c, q in (("c1", 3), ("c2", 5), (None, 2))]
    ledger = [{"account": "1", "amount": "60"}, {"account": "2", "amount": "40"}]
    costed = cost_of(policy, contacts=[{"channel": "chat"}, {}], usage=usage, ledger=ledger)
    assert by(costed, "channel") == {("chat",): 48, ("voice",): 32}


# -- capitals ------------------------------------------------------------------------------------------


def test_r44_scopes_do_not_mind_capitals_as_rules_do_not(cost_of: Cost) -> None:
    """
    R44. `scope: {channel: [Voice]}` caught no contact of channel voice, while `match: {account: PAY}` took
    account pay. Contacts voice and VOICE, and an e-mail.
    """
    policy = "pools: {v: {scope: {channel: [Voice, voice]}}}\nrules: [{match: {account: PAY}, to: v}]"
    contacts = [{}, {"channel": "VOICE"}, {"channel": "email"}]
    costed = cost_of(policy, contacts=contacts, ledger=[{"account": "pay"}])
    assert by(costed, "channel") == {("VOICE",): 50, ("voice",): 50, ("email",): 0}
    assert not [f for f in findings(costed) if "no contact has channel" in f.what]


def test_r44_time_equations_concurrency_and_failure_demand_do_not_mind_them_either(cost_of: Cost) -> None:
    """An e-mail without time, two chats of one agent at once, a reason that is failure demand."""
    policy = (
        "pools: {work: {driver: handle_s}}\nrules: [{to: work}]\nconcurrency: {channels: [Chat]}\n"
        "unit_times: [{scope: {channel: [Email]}, base_s: 600}]\nfailure_demand: {reasons: [Refund]}\n"
    )
    chat = {"channel": "chat", "agent": "x", "ended_at": "2026-06-03 09:10:00"}
    contacts = [chat, chat, {"channel": "email", "reason": "refund"}]
    costed = cost_of(policy, contacts=contacts, ledger=[{}])
    assert by(costed, "channel", "demand") == {("chat", None): 50, ("email", "failure"): 50}


@pytest.mark.parametrize("text", ["ΕΞΟΔΟΣ", "İletişim", "STRASSE", "Personal-Ü"])
def test_r45_a_rule_takes_the_very_text_it_names(cost_of: Cost, text: str) -> None:
    """R45. Python and the engine make small letters differently (ς and σ, İ): such lines went unclaimed."""
    costed = cost_of(
        f"pools: {{w: {{scope: {{team: [{text}]}}}}}}\nrules: [{{match: {{account: '{text}'}}, to: w}}]",
        contacts=[{"team": text}], ledger=[{"account": text}],
    )  # fmt: skip
    assert str(costed.assigned) == "EUR 100.00"


# -- accounts ------------------------------------------------------------------------------------------

WORK = "pools: {work: {}}\nrules: [{to: work}]\n"


def test_r46_an_account_whose_lines_cancel_is_shown_with_nothing(cost_of: Cost) -> None:
    """R46. 6000 pays 100; 6100 has 40 and its reversal -40, and was gone from `--by account`."""
    ledger = [{}, {"account": "6100", "amount": "40"}, {"account": "6100", "amount": "-40"}]
    rows = shown(cost_of(WORK, contacts=[{}], ledger=ledger), "account").rows
    assert [(r.values[0], r.cents) for r in rows] == [("6000", 100_00), ("6100", 0)]


def test_r46_so_is_one_of_a_shared_pool(cost_of: Cost) -> None:
    """6100 is it's, which serves work; voice takes nothing of it, chat does."""
    policy = (
        "pools: {it: {driver: weights, to: [c], weights: {c: 1}}, c: {scope: {channel: chat}}, v: {}}\n"
        "rules: [{match: {account: '6100'}, to: it}, {to: v}]"
    )
    ledger = [{}, {"account": "6100", "amount": "40"}, {"account": "6100", "amount": "-40"}]
    rows = shown(
        cost_of(policy, contacts=[{"channel": "chat"}, {}], ledger=ledger), "account", "channel"
    ).rows
    assert [(r.values, r.cents) for r in rows] == [
        (("6000", "chat"), 50_00),
        (("6000", "voice"), 50_00),
        (("6100", "chat"), 0),
    ]


def test_r47_accounts_that_cancel_each_other_are_shown_and_said_to(cost_of: Cost) -> None:
    """R47. 6000 has 100 and 6100 -100: the pool costs nothing, and both accounts were gone."""
    statement = shown(
        cost_of(WORK, contacts=[{}], ledger=[{}, {"account": "6100", "amount": "-100"}]), "account"
    )
    assert [(r.values[0], r.cents) for r in statement.rows] == [("6000", 0), ("6100", 0)]
    assert any(n.startswith("The lines of pool work cancel each other in 2026-06") for n in statement.notes)


def test_r48_contacts_of_rows_by_account_are_said_not_to_add_up(cost_of: Cost) -> None:
    """R48. Two accounts, one contact: each row shows 1 contact, the total 1, and nothing said why."""
    statement = shown(cost_of(WORK, contacts=[{}], ledger=[{}, {"account": "6100"}]), "account")
    assert ([r.contacts for r in statement.rows], statement.total.contacts) == ([1, 1], 1)
    assert any("that column does not add up" in note for note in statement.notes)


def test_r49_other_forms_of_what_could_not_be_placed_are_not_zero_either(cost_of: Cost) -> None:
    """R49. No rule claims the 100: beside "undefined" stood "cost per contact, used 0.00" and more."""
    costed = cost_of("pools: {}\nrules: []\n", contacts=[{"handle_s": 60}], ledger=[{}])
    for basis in ("used", "full"):
        statement = state(costed, Slice(JUNE, basis=basis))  # type: ignore[arg-type]
        assert {f.value for f in statement.other_forms if f.name == "cost per contact, full"} == {100}
        assert not [f for f in statement.other_forms if not f.value]
