# SPDX-License-Identifier: Apache-2.0
"""policy.yaml: what is read, and what is refused in four parts: where, what, why, what to do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from percontact.costing import Policy, parse_policy
from percontact.costing.assumptions import Assumed, assumed
from percontact.costing.policy import Price, Rule, Shrinkage, UnitTime
from percontact.values.problem import PercontactError

NOTHING_GUESSED = "The policy decides where every cent goes, so nothing in it is guessed."


def problem_of(text: str) -> tuple[str, str, str, str, str]:
    """(code, where, what, why, what to do) of a policy that is refused."""
    with pytest.raises(PercontactError) as error:
        parse_policy(text)
    p = error.value.problem
    return p.code, p.where, p.what, p.why, p.do


def test_an_empty_file_is_a_policy_of_no_rules() -> None:
    """(nothing)"""
    assert parse_policy("") == Policy({}, (), digest=parse_policy("").digest)


def test_two_texts_have_two_digests() -> None:
    """A comment counts: the digest names the text that was in force."""
    assert parse_policy("policy: 1").digest != parse_policy("policy: 1  # checked by Ada").digest


def test_a_whole_policy_is_read_as_it_stands() -> None:
    """One of each."""
    policy = parse_policy(
        """
policy: 1
pools:
  voice: {driver: handle_s, scope: {team: [A, B], channel: voice}, group: phones, because: paid by the hour}
  ai: {driver: "usage:token_in"}
  it: {driver: weights, to: [voice, ai], weights: {voice: 0.5, ai: 1e-6}}
rules:
  - {match: {account: ["61*", 6200], vendor: ""}, to: voice, nature: direct, behaviour: step, category: pay,
     from: 2026-01-01, until: 2027-01-01, because: pay}
  - {to: outside}
shared: {method: direct, order: [it]}
capacity: {shrinkage: {default: 0.3, phones: {2026-01-01: 0.25, 2026-07-01: 0.2}}}
unit_times: [{scope: {channel: email}, base_s: 90.5, extra: {messages: 30}}]
concurrency: {channels: [chat]}
failure_demand: {reasons: [refund]}
repeat: {within_days: 14, same: customer_id}
prices:
  - {vendor: V, item: token_in, price: 0.000002, per: 1000, currency: USD, from: 2026-01-01, because: x}
"""
    )
    voice = policy.pools["voice"]
    assert (voice.driver, voice.group, voice.because) == ("handle_s", "phones", "paid by the hour")
    assert voice.scope == (("channel", ("voice",)), ("team", ("A", "B")))
    assert policy.pools["it"].weights == {"voice": Decimal("0.5"), "ai": Decimal("0.000001")}
    assert policy.rules == (
        Rule("voice", (("account", ("61*", "6200")), ("vendor", ("",))), "direct", "step", "pay", "pay",
             date(2026, 1, 1), date(2027, 1, 1)),
        Rule("outside"),
    )  # fmt: skip
    assert (policy.method, [p.name for p in policy.shared_pools]) == ("direct", ["it"])
    assert policy.shrinkage == (
        Shrinkage(None, Decimal("0.3")),
        Shrinkage("phones", Decimal("0.25"), date(2026, 1, 1)),
        Shrinkage("phones", Decimal("0.2"), date(2026, 7, 1)),
    )
    assert policy.unit_times == (
        UnitTime((("channel", ("email",)),), Decimal("90.5"), {"messages": Decimal(30)}),
    )
    assert (policy.concurrent_channels, policy.failure_reasons) == (("chat",), ("refund",))
    assert (policy.repeat_days, policy.repeat_same) == (14, ("customer_id",))
    assert policy.prices == (
        Price("V", "token_in", Decimal("0.000002"), "USD", Decimal(1000), date(2026, 1, 1), None, "x"),
    )


@pytest.mark.parametrize(
    ("text", "where", "what", "do"),
    [
        ("pools: [a]", "policy.yaml:1", "pools is a list, not `name: value` lines",
         "See docs/reference/policy.md."),
        ("rules: {to: a}", "policy.yaml:1", "rules is a group of names, not a list (lines that begin with -)",
         "See docs/reference/policy.md."),
        ("rules: [{match: {account: 1}}]", "policy.yaml:1: rule 1", "it has no `to:`",
         "Say which pool the lines go to."),
        ("shared: {method: fair}", "policy.yaml:1: shared", "shared.method is 'fair'",
         "It must be one of direct, step-down, reciprocal."),
        ("pools: {outside: }", "policy.yaml:1: pool outside", "the name 'outside' is taken",
         "Lines sent `to: outside` need no pool of that name."),
        ("pools: {a: {group: g}}", "policy.yaml:1: pool a",
         "it names the group 'g' but its driver is contacts",
         "Only time (driver: handle_s) has practical capacity; leave `group:` out or change the driver."),
        ("pools: {a: {driver: weights, to: b, weights: {c: 1}}, b: , c: }", "policy.yaml:1: pool a",
         "it weighs pools that are not in `to:`", "Name each weighed pool in `to:`."),
        ("pools: {a: }\nrules: [{to: a, nature: odd}]", "policy.yaml:2: rule 1", "nature is 'odd'",
         "It must be one of direct, indirect."),
        ("pools: {a: }\nrules: [{to: a, behaviour: odd}]", "policy.yaml:2: rule 1", "behaviour is 'odd'",
         "It must be one of fixed, step, variable."),
        ("pools: {a: }\nrules: [{to: a, from: soon}]", "policy.yaml:2: rule 1", "'soon' is not a day",
         "Write 2026-01-31."),
        ("pools: {a: }\nrules: [{to: a, from: 2026-02-30}]", "policy.yaml:2: rule 1",
         "'2026-02-30' is not a day", "Write 2026-01-31."),
        ("capacity: {shrinkage: {default: 30}}", "policy.yaml:1: capacity.shrinkage", "default is 30",
         "Shrinkage is a share of paid time, from 0 up to 1."),
        ("unit_times: [{base_s: long}]", "policy.yaml:1: unit_times", "'long' is not a number",
         "See docs/reference/policy.md."),
        ("prices: [{vendor: v, item: i, price: 1}]", "policy.yaml:1: prices", "a price has no `currency:`",
         "Each price needs vendor, item, price and currency."),
    ],
)  # fmt: skip
def test_a_wrong_form_is_refused_in_four_parts(text: str, where: str, what: str, do: str) -> None:
    """E-POL-01"""
    assert problem_of(text) == ("E-POL-01", where, what, NOTHING_GUESSED, do)


def test_what_is_no_yaml_is_refused_with_its_line() -> None:
    """pools: {a: ["""
    code, where, what, why, _ = problem_of("pools:\n  a: [\n")
    assert (code, where, why) == ("E-POL-01", "policy.yaml:3", "The file ends there.")
    assert what == "a value was expected"


def test_nothing_in_a_policy_is_run() -> None:
    """!!python/object/apply:os.system [id]"""
    assert problem_of("because: !!python/object/apply:os.system [id]")[0] == "E-POL-01"


@pytest.mark.parametrize(
    ("text", "where", "what", "why"),
    [
        ("rule: []", "policy.yaml:1", "policy.yaml has no `rule:`", "Did you mean rules?"),
        ("pools: {a: {drivers: x}}", "policy.yaml:1: pool a", "a pool has no `drivers:`",
         "Did you mean driver?"),
        ("pools: {a: {driver: handle}}", "policy.yaml:1: pool a",
         "its driver 'handle' is not known for a pool without `to:`", "Did you mean handle_s?"),
        ("pools: {a: {driver: seat, to: b}, b: }", "policy.yaml:1: pool a", "its driver 'seat' is not known",
         "Did you mean seats?"),
        ("pools: {a: {driver: seats}}", "policy.yaml:1: pool a",
         "its driver 'seats' is not known for a pool without `to:`",
         "There is: contacts, handle_s, messages, offered, talk_s, usage:ITEM, wait_s."),
        ("pools: {people: }\nrules: [{to: peple}]", "policy.yaml:2: rule 1",
         "it sends lines to the pool 'peple', which is not under `pools:`", "Did you mean people?"),
        ("pools: {a: {driver: weights, to: a}}", "policy.yaml:1: pool a",
         "it serves 'a', which is not another pool", "There is none yet."),
        ("pools: {a: {driver: weights, to: b}}", "policy.yaml:1: pool a",
         "it serves 'b', which is not another pool", "There is none yet."),
        ("pools: {a: }\nshared: {order: [a]}", "policy.yaml:2: shared.order",
         "'a' is not a pool that serves others", "There is none yet."),
        ("prices: [{vendor: v, item: i, prise: 1}]", "policy.yaml:1: prices", "a price has no `prise:`",
         "Did you mean price?"),
    ],
)  # fmt: skip
def test_an_unknown_name_is_refused_with_the_nearest(text: str, where: str, what: str, why: str) -> None:
    """E-POL-02"""
    assert problem_of(text) == ("E-POL-02", where, what, why, "Correct the name, or add what it names.")


def test_a_circle_of_shared_pools_is_refused_in_four_parts() -> None:
    """E-POL-03: it -> hr -> it"""
    text = "pools: {it: {driver: weights, to: hr}, hr: {driver: weights, to: it}, voice: }"
    assert problem_of(text) == (
        "E-POL-03",
        "policy.yaml:1: pool it",
        "it serves only hr, so by method step-down its cost never reaches a contact",
        "The shared pools give in the order it, hr, and a pool that has given takes no more.",
        "Change `shared.order:`, set `shared: {method: reciprocal}`, "
        "or let a pool of the circle serve a pool of contacts.",
    )


def test_shared_pools_may_serve_each_other_as_long_as_one_serves_contacts() -> None:
    """it -> hr, voice; hr -> it, voice: step-down and reciprocal both find a way out."""
    for method in ("step-down", "reciprocal", "direct"):
        text = "pools: {it: {driver: seats, to: [hr, v]}, hr: {driver: seats, to: [it, v]}, v: }"
        assert parse_policy(f"{text}\nshared: {{method: {method}}}").method == method


# -- what opportunities take for granted ---------------------------------------------------------------------


def test_what_opportunities_take_for_granted_is_read_with_its_days_and_its_reason() -> None:
    """A pilot of help pages; before it and for all else what is usual."""
    policy = parse_policy(
        """
opportunities:
  - {of: self_service, tried: 0.35, settled: [0.25, 0.5], from: 2026-03-01, because: pilot of the help pages}
"""
    )
    before, since = date(2026, 2, 28), date(2026, 3, 31)
    own = policy.assumptions
    assert assumed(own, "self_service", "tried", since) == Assumed((0.35,), "pilot of the help pages")
    assert assumed(own, "self_service", "settled", since).values == (0.25, 0.5)
    assert assumed(own, "self_service", "tried", before) == Assumed((0.5,), "usual")
    assert assumed(own, "callbacks", "abandoned", since) == Assumed((0.05,), "usual")
    assert assumed(own, "self_service", "cost_each", since).values == ()


@pytest.mark.parametrize(
    ("entry", "code", "what"),
    [
        ("{tried: 0.5}", "E-POL-01", "an entry has no `of:`"),
        ("{of: selfservice, tried: 0.5}", "E-POL-02", "there is nothing to set of 'selfservice'"),
        ("{of: self_service, tryed: 0.5}", "E-POL-02", "self_service has no `tryed:`"),
        ("{of: self_service, because: x}", "E-POL-01", "it sets no number"),
        ("{of: self_service, tried: 50}", "E-POL-01", "50 is no share of it"),
        ("{of: self_service, tried: -0.1}", "E-POL-01", "-0.1 is below 0"),
        ("{of: self_service, settled: 0.5}", "E-POL-01", "0.5 is not two numbers, the lower first"),
        ("{of: self_service, settled: [0.6, 0]}", "E-POL-01", "0.6, 0 is not two numbers, the lower first"),
        ("{of: idle_capacity, occupancy: [0, 0.9]}", "E-POL-01", "0, 0.9 is no share of it"),
        ("{of: after_fault, days: 2.5}", "E-POL-01", "2.5 is not a number of days"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_for_granted_is_refused(entry: str, code: str, what: str) -> None:
    found, _, said, why, do = problem_of(f"opportunities: [{entry}]")
    assert (found, said) == (code, what)
    assert why
    assert do
