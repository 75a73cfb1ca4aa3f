# SPDX-License-Identifier: Apache-2.0
"""What broke, as a document: each alert since when, where, how far, how rare, and how to look at it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from percontact.explain.alerts import Alert, Watch
from percontact.metrics.card import Card
from percontact.report.document import NO_NUMBER, Cell, Document, Table, TableColumn, Worded
from percontact.report.looking import contacts_command, slice_options, slice_words
from percontact.report.measured import value_words
from percontact.report.spoken import day_name, spoken, when
from percontact.report.words import DEMO_NOTE
from percontact.values.period import Period

KINDS = {
    "spike": "a few days far off",
    "shift": "a new level",
    "trend": "moving day by day",
    "missing": "no data",
}
BY_HOUR = {"spike": "a few hours far off", "missing": "no data", "trend": "moving day by day"}
COLUMNS = (
    TableColumn("since", "Since", "date"),
    TableColumn("found", "Known on", "date"),
    TableColumn("metric", "What"),
    TableColumn("where", "Where"),
    TableColumn("kind", "How"),
    TableColumn("observed", "Is"),
    TableColumn("expected", "Expected"),
    TableColumn("change", "Off by"),
    TableColumn("judged", "Good or bad"),
    TableColumn("chance", "By chance"),
    TableColumn("until", "Until", "date"),
    TableColumn("events", "At that time", detail=True),
    TableColumn("look", "Look at it", detail=True, command=True),
)


def watched_document(answer: Watch, currency: str, *, demo: bool) -> Document:
    """The answer of `percontact watch`."""
    rows = tuple(_row(answer, alert, currency) for alert in answer.alerts)
    by_hour = any(alert.hours for alert in answer.alerts)
    # Hours are told as text: a date has none.
    columns = tuple(replace(c, kind="text") if by_hour and c.kind == "date" else c for c in COLUMNS)
    notes = [
        f"{answer.series} series were watched. Where nothing happens, chance alone raises "
        f"{_alarms(answer.series * answer.false_alarms)} a year in all of them together.",
        *answer.notes,
    ]
    if answer.held_back:
        notes.insert(0, f"{answer.held_back} further alerts are beyond the budget; --alerts tells more.")
    return Document(
        title=f"{_title(answer)}, {spoken(answer.span)}",
        headline=" ".join(_sentences(answer, currency)),
        tables=(Table("Alerts", columns, rows), *_candidates(answer)) if rows else (),
        records=None if rows else Table("Alerts", columns, ()),
        notes=tuple(notes),
        data=_data(answer),
        facts=(("Watched", spoken(answer.span)),),
        definitions=(
            ("Expected", "The mean of the weeks before, in the shape of their week; shifts already told are "
             "taken in."),
            ("By chance", f"How often chance alone brings as much in any of the {answer.series} series."),
        ),
        demo=DEMO_NOTE if demo else "",
    )  # fmt: skip


def _title(answer: Watch) -> str:
    """What the alerts are called: that something broke is said only where none is good news."""
    return "What changed" if any(judged(a) == BETTER for a in answer.alerts) else "What broke"


BETTER, WORSE = "for the better", "for the worse"


def judged(alert: Alert) -> str:
    """Whether what moved is good or bad news, by which way its card calls better; "" where it calls none."""
    one, better = alert.found.one, alert.card.better
    if one.kind == "missing" or better not in ("higher", "lower"):
        return ""
    return BETTER if one.up == (better == "higher") else WORSE


def _alarms(expected: float) -> str:
    if expected < 0.95:
        return "less than one alarm"
    return "about one alarm" if expected < 1.5 else f"about {expected:.0f} alarms"


def _sentences(answer: Watch, currency: str) -> list[str]:
    if not answer.alerts:
        return [f"Nothing broke {when(answer.span)}: all {answer.series} series stayed within their past."]
    number = len(answer.alerts)
    told = [f"{'One alert' if number == 1 else f'{number} alerts'} {when(answer.span)}{_news(answer)}."]
    told += [alert_sentence(a, currency) for a in sorted(answer.alerts, key=lambda a: a.found.one.a_year)[:3]]
    return told


def _news(answer: Watch) -> str:
    """How many of the alerts are good, and how many bad news: ", 2 of them for the better"."""
    found = [judged(alert) for alert in answer.alerts]
    told = [f"{found.count(way)} {way}" for way in (WORSE, BETTER) if way in found]
    if len(found) == 1 or not told:
        return f" {found[0]}" if found[0] else ""
    return ", " + " and ".join([told[0].replace(" for", " of them for", 1), *told[1:]])


def alert_sentence(alert: Alert, currency: str) -> str:
    """An alert in a sentence: what moved, where, since when, what it is and what was expected."""
    card, one = alert.card, alert.found.one
    place = f" for {_places(alert)}" if alert.slices[0] else ""
    name = f"{card.name}{place}"
    if one.kind == "missing":
        return f"{name}: no data {when(_days(alert))}."
    moved = "rose" if one.up else "fell"
    if alert.hours:
        is_now, expected = _value(alert, one.observed, currency), _value(alert, one.expected, currency)
        return f"{name} {moved} {_hours(alert)}: {is_now}, expected {expected} ({_off(alert)})."
    is_now, expected = _value(alert, one.observed, currency), _value(alert, one.expected, currency)
    return f"{name} {moved} {_since(alert)}: {is_now}, expected {expected} ({_off(alert)})."


def _since(alert: Alert) -> str:
    """since 24 January 2026, on 23 March 2026, or from its first day to its last."""
    if alert.found.until is None:
        return f"since {day_name(alert.found.since)}"
    return when(Period(alert.found.since, alert.found.until + timedelta(days=1)))


def alert_figures(alert: Alert, currency: str) -> str:
    """What an alert is about, on its picture: "since 24 January 2026: 341 s, expected 311 s"."""
    if alert.found.one.kind == "missing":
        return f"no data {when(_days(alert))}"
    one = alert.found.one
    is_now, expected = _value(alert, one.observed, currency), _value(alert, one.expected, currency)
    return f"{_since(alert)}: {is_now}, expected {expected}"


def alert_title(alert: Alert) -> str:
    """What an alert found, in a few words: "Contacts offered rose by 42% for reason product fault"."""
    one = alert.found.one
    place = f" for {_places(alert)}" if alert.slices[0] else ""
    if one.kind == "missing":
        return f"{alert.card.name}{place}: no data"
    off = _off(alert).lstrip("+-")
    return f"{alert.card.name} {'rose' if one.up else 'fell'} by {off}{place}"


def follow_up(answer: Watch) -> str:
    """The command that looks into the rarest alert: of a cost its causes by month, else its slices."""
    alert = min(answer.alerts, key=lambda a: min(f.one.a_year for f in a.breaks))
    days = _days(alert)
    if alert.card.kind == "cost":
        month = (days.start + timedelta(days=days.days // 2)).replace(day=1)
        before = (month - timedelta(days=1)).replace(day=1)
        return f"explain --from {before:%Y-%m} --to {month:%Y-%m} says what made it so."
    span = slice_options(days, (), answer.where)
    return f"locate {alert.card.metric} {span} says which slices are behind it."


def alert_kind(alert: Alert) -> str:
    """How it broke, in words."""
    kind = alert.found.one.kind
    return KINDS[kind] if not alert.hours else BY_HOUR.get(kind, KINDS[kind])


def alert_rarity(answer: Watch, alert: Alert) -> str:
    """How often chance alone would bring as much in any of the series that were watched, in words."""
    return _rarity(min(f.one.a_year for f in alert.breaks) * answer.series)


def _hours(alert: Alert) -> str:
    """since Sunday 1 March 2026, 02:00, or from there to the end of the last hour; how many hours are off."""
    assert alert.hours
    first, last, number = alert.hours
    begun = f"{first:%A} {day_name(first.date())}, {first:%H:%M}"
    if alert.found.until is None:
        return f"since {begun}"
    end = last + timedelta(hours=1)
    ends = f"{end:%H:%M}" if end.date() == first.date() else f"{end:%A} {day_name(end.date())}, {end:%H:%M}"
    return f"from {begun} to {ends} (in {number} hour{'s' if number != 1 else ''})"


def _places(alert: Alert) -> str:
    return " and ".join(slice_words(where) for where in alert.slices) if alert.slices[0] else "everything"


def _row(answer: Watch, alert: Alert, currency: str) -> tuple[Cell, ...]:
    one = alert.found.one
    since: Cell = alert.found.since
    known: Cell = alert.found.found
    until: Cell = alert.found.until
    if alert.hours:
        known = str(alert.found.found)
        since = f"{alert.hours[0]:%Y-%m-%d %H:%M}"
        until = f"{alert.hours[1] + timedelta(hours=1):%Y-%m-%d %H:%M}" if alert.found.until else None
    return (
        since, known, alert.card.name, _places(alert), alert_kind(alert),
        _value(alert, one.observed, currency), _value(alert, one.expected, currency), _off(alert),
        judged(alert) or None, alert_rarity(answer, alert), until,
        ", ".join(e.name for e in alert.events),
        contacts_command(_days(alert), alert.slices[0], answer.where),
    )  # fmt: skip


def _days(alert: Alert) -> Period:
    return Period(alert.found.since, alert.found.last + timedelta(days=1))


def _value(alert: Alert, value: float | None, currency: str) -> Worded:
    if value is None:
        return NO_NUMBER
    if alert.hours and alert.card.kind == "amount":
        return _each(value, alert.hours[2], "an hour")
    if alert.card.kind == "amount":
        return _each(value, _days(alert).days, "a day")
    return value_words(alert.card, Fraction(repr(value)) * _times(alert.card), currency)


def _times(card: Card) -> Fraction:
    return Fraction(card.times) if card.kind != "cost" else Fraction(1)


def _each(value: float, many: int, each: str) -> Worded:
    """An amount, by the hour or day where there are several."""
    number, after = Decimal(repr(float(value / many))), each if many > 1 else ""
    return Worded(f"{number:,.0f}{f' {after}' if after else ''}", number, after=after)


def _off(alert: Alert) -> Worded:
    one = alert.found.one
    if one.observed is None or not one.expected:
        return NO_NUMBER
    if alert.card.unit == "%":
        points = (one.observed - one.expected) * 100
        number = Decimal(repr(float(points)))
        return Worded(f"{points:+.1f} points", number, digits=1, after="points", signed=True)
    part = one.observed / one.expected - 1
    return Worded(f"{part:+.0%}", Decimal(repr(float(part))), after="%", signed=True)


def _rarity(a_year: float) -> str:
    """How often a year, in words."""
    if a_year <= 0.01:
        return "less than once in 100 years"
    if a_year < 0.67:
        return f"about once in {1 / a_year:.0f} years"
    return "about once a year" if a_year < 1.5 else f"about {a_year:.0f} times a year"


def _candidates(answer: Watch) -> tuple[Table, ...]:
    """Events noted at the time of an alert."""
    rows = [
        (e.first, e.name, e.kind, alert.card.name, _places(alert))
        for alert in answer.alerts
        for e in alert.events
    ]
    if not rows:
        return ()
    columns = (
        TableColumn("on", "On", "date"), TableColumn("event", "Event"), TableColumn("kind", "Kind"),
        TableColumn("metric", "Beside"), TableColumn("where", "Where"),
    )  # fmt: skip
    note = "Candidates by time. That they were the cause is not said by it."
    return (Table("Events at the time", columns, tuple(rows), note=note),)


def _data(answer: Watch) -> dict[str, object]:
    return {
        "span": {"from": str(answer.span.start), "to": str(answer.span.end - timedelta(days=1))},
        "series": answer.series,
        "false_alarms_a_series_and_year": round(answer.false_alarms, 4),
        "held_back": answer.held_back,
        "alerts": [
            {
                "metric": a.card.metric,
                "kind": a.found.one.kind,
                "since": str(a.found.since),
                "found": str(a.found.found),
                **(
                    {"first_hour": a.hours[0].isoformat(), "last_hour": a.hours[1].isoformat()}
                    if a.hours
                    else {}
                ),
                "until": None if a.found.until is None else str(a.found.until),
                "where": [dict(where) for where in a.slices],
                "of": {a.found.node.dimension: a.found.node.value} if a.found.node.dimension else {},
                "observed": a.found.one.observed,
                "expected": a.found.one.expected,
                "judged": judged(a) or None,
                "by_chance_a_year": min(f.one.a_year for f in a.breaks),
                "by_chance_a_year_in_any": min(f.one.a_year for f in a.breaks) * answer.series,
                "breaks": len(a.breaks),
                "events": [e.name for e in a.events],
            }
            for a in answer.alerts
        ],
        "notes": list(answer.notes),
    }
