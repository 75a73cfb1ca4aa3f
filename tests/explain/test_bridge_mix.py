# SPDX-License-Identifier: Apache-2.0
"""The parts of a change by hand: what mix is, of channels and teams, and what is none."""

from decimal import Decimal

from tests.explain.two_months import CHANNELS, JULY, JUNE, Books, bridged, came, hours, paid, told


def test_volumes_and_prices_of_the_textbook_give_its_rate_and_mix(cost_of: Books) -> None:
    """
    volumes  2000 1000 3000 -> 3000 2000 500     prices  2 1 .5 -> 2.5 .9 .6      (domain.md, fixture 3)
    """
    rows = [("voice", 2000, 2, 3000, "2.5"), ("chat", 1000, 1, 2000, ".9"), ("email", 3000, ".5", 500, ".6")]
    ledger = [
        line for name, v, p, w, q in rows for line in paid([v * Decimal(p), w * Decimal(q)], account=name)
    ]
    contacts = [
        row
        for name, v, _, w, _ in rows
        for row in (came(JUNE, v, 60, channel=name), came(JULY, w, 60, channel=name))
    ]
    found = bridged(cost_of(CHANNELS, contacts=contacts, ledger=ledger))
    ends = [round(Decimal(round(e.value)).scaleb(-12), 6) for e in (found.before, found.after)]
    assert ends == [Decimal("1.083333"), Decimal("1.745455")]
    assert told(found) == {"channel mix": Decimal("0.439394"), "wage and price rates": Decimal("0.222727")}


def test_a_new_channel_is_all_mix_and_none_of_it_a_price(cost_of: Books) -> None:
    """voice 100 at 5.00 both months; chat new with 100 at 1.00: 5.00 -> 3.00."""
    costed = cost_of(
        CHANNELS,
        contacts=[
            came(JUNE, 100, 60),
            came(JULY, 100, 60),
            came(JULY, 100, 60, channel="chat"),
        ],
        ledger=[*paid(["500", "500"], account="voice"), *paid([None, "100"], account="chat")],
    )
    found = bridged(costed)
    assert told(found) == {"channel mix": Decimal("-2.000000")}
    states = {p.value: p.state for p in found.part("channel mix").pieces["channel"]}
    assert states == {"chat": "new", "voice": ""}


def test_a_shift_between_teams_is_mix_though_nobody_asked_for_teams(cost_of: Books) -> None:
    """
    two teams of equal handle time, one dearer; contacts move to the cheap one: no change of handle time
    """
    policy = """policy: 1
pools:
  north: {driver: handle_s, scope: {team: [north]}, group: n, because: pay}
  south: {driver: handle_s, scope: {team: [south]}, group: s, because: pay}
rules:
  - {match: {account: north}, to: north}
  - {match: {account: south}, to: south}
"""
    contacts = [
        came(when, n, 60, team=team)
        for when, of in ((JUNE, (300, 100)), (JULY, (100, 300)))
        for team, n in zip(("north", "south"), of, strict=True)
    ]
    costed = cost_of(
        policy,
        contacts=contacts,
        ledger=[*paid(["1200", "1200"], account="north"), *paid(["600", "600"], account="south")],
        capacity=[*hours(10, 10, group="n"), *hours(10, 10, group="s")],
    )
    # 2.00 a minute in the north, 1.00 in the south
    assert told(bridged(costed)) == {"team mix": Decimal("-0.500000")}


def test_second_line_work_on_contacts_of_other_teams_is_a_cost_of_those_above(cost_of: Books) -> None:
    """
    10 contacts of the first line, a minute each; the second line, with no contacts of its own, works on them:
    20 minutes, then 30; 1.00 a minute
    """
    policy = """policy: 1
pools:
  people: {driver: handle_s, group: g, because: time}
rules:
  - {to: people}
"""
    handlings = [
        {"contact_id": c, "started_at": f"2026-{m}-15 09:00:00", "team": team, "handle_s": s}
        for c, m, second in (("c1", "06", 1200), ("c2", "07", 1800))
        for team, s in (("first", 600), ("second", second))
    ]
    costed = cost_of(
        policy,
        contacts=[
            {"started_at": f"2026-{m}-15 09:00:00", "count": 10, "team": "first"} for m in ("06", "07")
        ],
        handlings=handlings,
        ledger=paid(["6000", "6000"]),
        capacity=hours(100, 100),
    )
    found = bridged(costed, by=("channel", "team"))
    assert told(found) == {"handle time": Decimal("1.000000")}
    assert [p.value for p in found.part("handle time").pieces["team"]] == ["second"]
