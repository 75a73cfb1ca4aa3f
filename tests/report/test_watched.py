# SPDX-License-Identifier: Apache-2.0
"""An alert as people read it: good or bad news, since which day, how rare, and its level on the picture."""

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from percontact.explain.alerts import Alert, Node, Sighting, Watch
from percontact.explain.episodes import Break
from percontact.metrics.catalogue import catalogue, find
from percontact.metrics.figure import Figure
from percontact.report.charts.series import Happening, Moment, Series
from percontact.report.charts.trend_frame import Frame, ms
from percontact.report.document import TableColumn
from percontact.report.watched import alert_rarity, alert_sentence, judged, watched_document
from percontact.report.watched_charts import alert_chart
from percontact.values.period import Period

CARDS = catalogue(None)
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))


def alert(metric: str, observed: float, expected: float, *, until: date | None = None) -> Alert:
    """One of a metric since 23 March 2026."""
    day = date(2026, 3, 23)
    one = Break(0, "spike" if until else "shift", 0, 0, 0 if until else None, observed, expected, 0.2)
    found = Sighting(Node(metric), one, day, day, until)
    return Alert(find(CARDS, metric), ((("reason", "fault"),),), found, (found,), ())


def watch(*alerts: Alert) -> Watch:
    return Watch(MARCH, alerts, 0, 1, 0.5, (), ())


@pytest.mark.parametrize(("metric", "observed", "expected", "news"), [
    ("service_level", 0.33, 0.27, "for the better"),       # higher is better
    ("service_level", 0.20, 0.27, "for the worse"),
    ("repeat_contact_rate", 0.20, 0.15, "for the worse"),  # lower is better
    ("contacts_offered", 92.0, 63.0, ""),                  # neither
])  # fmt: skip
def test_an_alert_says_whether_it_is_good_or_bad(
    metric: str, observed: float, expected: float, news: str
) -> None:
    assert judged(alert(metric, observed, expected)) == news


def test_nothing_broke_where_a_level_rose_for_the_better() -> None:
    good, bad = alert("service_level", 0.33, 0.27), alert("service_level", 0.2, 0.27)
    mixed = watched_document(watch(good, bad), "EUR", demo=False)
    assert mixed.title == "What changed, March 2026"
    assert mixed.headline.startswith("2 alerts in March 2026, 1 of them for the worse and 1 for the better.")
    assert watched_document(watch(bad), "EUR", demo=False).title == "What broke, March 2026"


def test_days_are_said_as_people_say_them() -> None:
    day = alert("contacts_offered", 63, 92, until=date(2026, 3, 23))
    told = alert_sentence(day, "EUR")
    assert told == "Contacts offered for reason fault fell on 23 March 2026: 63, expected 92 (-32%)."
    fortnight = replace(day, found=replace(day.found, since=date(2026, 3, 10)))
    assert "from 10 to 23 March 2026" in alert_sentence(fortnight, "EUR")
    assert "since 23 March 2026" in alert_sentence(alert("service_level", 0.33, 0.27), "EUR")


@pytest.mark.parametrize(("a_year", "said"), [
    (0.001, "less than once in 100 years"), (0.2, "about once in 5 years"), (1.0, "about once a year"),
    (1.4, "about once a year"), (3.0, "about 3 times a year"),
])  # fmt: skip
def test_how_often_chance_brings_as_much_is_a_sentence(a_year: float, said: str) -> None:
    one = alert("contacts_offered", 63, 92)
    rare = replace(one.found, one=replace(one.found.one, a_year=a_year))
    assert alert_rarity(watch(one), replace(one, breaks=(rare,))) == said


def test_the_level_of_a_single_day_is_drawn_and_its_figures_stand_at_its_mark() -> None:
    """63 on 23 March where 92 were expected, 47 on the last day."""
    days = [(date(2026, 3, d), 63 if d == 23 else 47) for d in range(1, 32)]
    figures = [(day, Figure("contacts_offered", day, (), Fraction(n), Fraction(n), None)) for day, n in days]
    drawn = alert_chart(
        alert("contacts_offered", 63, 92, until=date(2026, 3, 23)), figures, "EUR", lambda day: ""
    )
    text = json.dumps(drawn.spec)
    assert "On 23 March 2026: 63, expected 92" in text
    assert '"47 on 31 March 2026"' in text
    assert '"stroke"' in text  # the shape that stands for a level of one day


def test_what_happened_within_the_last_month_lies_inside_the_plot() -> None:
    months = tuple(Moment(date(2026, m, 1), m) for m in range(1, 7))
    event = Happening(date(2026, 6, 10), "New tariff")
    frame = Frame([Series("cost", months)], TableColumn("cost", "Cost", "count"), [event])
    assert frame.x_scale["domain"] == [ms(date(2026, 1, 1)), ms(date(2026, 6, 10))]
