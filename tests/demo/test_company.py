# SPDX-License-Identifier: Apache-2.0
"""The made-up company is believable, keeps the contracts, and is the same every time it is made."""

from datetime import date
from pathlib import Path
from typing import Any
from typing import Any as Written  # the class of conftest.py, which importlib mode does not let us import

import pytest
import yaml

from percontact.demo import DEMO_SETTINGS, write_company
from percontact.demo.days import easter, holidays
from percontact.demo.draws import install_draws
from percontact.demo.workshop import text_of
from percontact.records.dialect import connect, literal
from percontact.records.tables import TABLES


def digest(folder: Path, **wanted: Any) -> dict[str, object]:
    """What each file of a small company holds, whatever bytes it is held in."""
    con = connect()
    found: dict[str, object] = {}
    for table, paths in write_company(folder, contacts=2000, **wanted).items():
        for path in paths:
            read = "read_parquet" if path.suffix == ".parquet" else "read_csv"
            sql = f"SELECT count(*), bit_xor(hash(t)) FROM {read}({literal(str(path))}) AS t"
            found[f"{table}/{path.name}"] = con.execute(sql).fetchone()
    return found


def test_every_table_of_a_book_has_its_file(told: Written) -> None:
    assert sorted(told.files) == sorted(TABLES)


def test_the_same_seed_makes_the_same_company(tmp_path: Path) -> None:
    assert digest(tmp_path / "a") == digest(tmp_path / "b")


@pytest.mark.slow
def test_another_seed_makes_another_company(tmp_path: Path) -> None:
    one, other = digest(tmp_path / "a"), digest(tmp_path / "b", seed=8)
    same = {name for name in one if one[name] == other[name]}
    assert same <= {"targets/targets.csv", "calendar/calendar.csv", "events/events.csv"}


def test_every_column_is_one_of_the_contract(told: Written) -> None:
    unknown = [
        f"{table}.{name}"
        for table in told.files
        for name, *_ in told.ask(f"DESCRIBE {table}")
        if TABLES[table].column(name) is None
    ]
    assert unknown == []


def test_every_must_of_the_contract_is_kept(told: Written) -> None:
    broken = []
    for table in told.files:
        held = {name for name, *_ in told.ask(f"DESCRIBE {table}")}
        for c in TABLES[table].columns:
            if c.name not in held:
                assert not c.required, f"{table} has no {c.name}"
                continue
            musts = [f'"{c.name}" IS NOT NULL'] if c.required else []
            musts += [f'"{c.name}" IN ({", ".join(literal(v) for v in c.one_of)})'] if c.one_of else []
            musts += [f'"{c.name}" >= {c.at_least}'] if c.at_least is not None else []
            broken += [
                f"{table}: {m}" for m in musts if told.one(f"SELECT count(*) FROM {table} WHERE NOT ({m})")
            ]
        for order in TABLES[table].orders:
            if {order.earlier, order.later} <= held:
                sign = "<=" if order.strict else "<"
                late = f"SELECT count(*) FROM {table} WHERE {order.later} {sign} {order.earlier}"
                broken += [f"{table}: {order.earlier} .. {order.later}"] if told.one(late) else []
    assert broken == []


def test_ids_name_one_row_each(told: Written) -> None:
    for table, facts in TABLES.items():
        if facts.key and facts.key in {name for name, *_ in told.ask(f"DESCRIBE {table}")}:
            assert told.one(f"SELECT count(*) - count(DISTINCT {facts.key}) FROM {table}") == 0, table


def test_there_are_about_as_many_contacts_as_asked_for(told: Written, plain: Written) -> None:
    assert told.one("SELECT count(*) FROM contacts") == pytest.approx(25_000, rel=0.03)
    assert plain.one("SELECT count(*) FROM contacts") == pytest.approx(25_000, rel=0.03)


def test_eight_channels_six_teams_two_sites_and_some_two_dozen_reasons(told: Written) -> None:
    names = ("channel", "team", "site", "reason")
    counts = ", ".join(f"count(DISTINCT {name})" for name in names)
    assert told.ask(f"SELECT {counts} FROM contacts") == [(8, 6, 2, 24)]


def test_the_books_hold_24_months(told: Written) -> None:
    months = "SELECT count(DISTINCT date_trunc('month', timezone('Europe/Berlin', started_at))) FROM contacts"
    assert told.one(months) == 24
    assert told.ask("SELECT min(period_start), max(period_end) FROM capacity") == [
        (date(2024, 7, 1), date(2026, 7, 1))
    ]


def test_december_is_the_peak_and_voice_rests_on_sundays(told: Written) -> None:
    local = "timezone('Europe/Berlin', started_at)"
    top = told.one(f"SELECT month({local}) FROM contacts GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
    assert top == 12
    sundays = f"SELECT count(*) FROM contacts WHERE channel = 'voice' AND isodow({local}) = 7"
    assert told.one(sundays) == 0


def test_times_and_outcomes_are_those_of_a_service_desk(told: Written) -> None:
    voice = "FROM contacts WHERE channel = 'voice'"
    assert 380 < told.one(f"SELECT avg(handle_s) {voice}") < 520
    assert 0.04 < told.one(f"SELECT avg((outcome = 'abandoned')::INTEGER) {voice}") < 0.10
    assert told.one(f"SELECT count(*) {voice} AND handle_s <> talk_s + hold_s + wrap_s") == 0
    # A log-normal is skewed: its mean lies a sixth above its median.
    assert 1.08 < told.one(f"SELECT avg(talk_s) / median(talk_s) {voice}") < 1.35


def test_nobody_clocks_the_mail_of_written_care_nor_help_sessions(told: Written) -> None:
    held = "SELECT count(handle_s) FROM contacts WHERE"
    assert told.one(f"{held} channel = 'email' AND team = 'Written Care'") == 0
    assert told.one(f"{held} channel = 'self_service'") == 0
    assert told.one(f"{held} outcome = 'abandoned'") == 0


def test_about_a_sixth_comes_back_within_7_days_with_the_same_matter(told: Written) -> None:
    again = """
        SELECT avg(coalesce(started_at - before <= INTERVAL 7 DAY, false)::INTEGER) FROM (
            SELECT started_at, lag(started_at) OVER (PARTITION BY customer_id, reason ORDER BY started_at)
                   AS before FROM contacts)"""
    assert 0.14 < told.one(again) < 0.22


def test_a_case_keeps_its_customer_and_reason(told: Written) -> None:
    mixed = """
        SELECT count(*) FROM (
            SELECT case_id FROM contacts WHERE case_id IS NOT NULL GROUP BY 1
            HAVING count(DISTINCT customer_id) > 1 OR count(DISTINCT reason) > 1)"""
    assert told.one(mixed) == 0
    named = "SELECT count(*) FROM contacts WHERE case_id IS NOT NULL"
    assert told.one(f"{named} AND case_id NOT IN (SELECT case_id FROM cases)") == 0


def test_the_legs_of_a_transferred_call_sum_to_its_work(told: Written) -> None:
    legs = "SELECT contact_id, sum(handle_s) AS legs, count(*) AS n FROM handlings GROUP BY 1"
    assert (
        told.one(
            f"SELECT count(*) FROM ({legs}) JOIN contacts USING (contact_id) WHERE legs <> handle_s OR n <> 2"
        )
        == 0
    )
    assert told.one(f"SELECT count(*) FROM ({legs})") > 100


def test_chats_of_an_agent_overlap(told: Written) -> None:
    """At a fortieth of the size little overlaps; at full size an agent has about 1.4 chats open."""
    overlap = """
        SELECT count(*) FROM (
            SELECT answered_at, lag(ended_at) OVER (PARTITION BY agent ORDER BY answered_at) AS before
            FROM contacts WHERE channel = 'chat' AND outcome <> 'abandoned') WHERE before > answered_at"""
    assert told.one(overlap) > 20


def test_paid_hours_hold_scheduled_hold_practical_hold_available(told: Written) -> None:
    order = "paid_h >= scheduled_h AND scheduled_h >= practical_h AND practical_h >= available_h"
    assert told.one(f"SELECT count(*) FROM capacity WHERE NOT ({order})") == 0


def test_one_team_is_overstaffed_and_one_short_in_december(told: Written) -> None:
    """Occupancy of practical hours, transferred calls left with the first team."""
    used = """
        SELECT c."group", month(period_start) AS m, sum(u.h) / sum(practical_h) AS occupancy FROM capacity
               AS c
        JOIN (SELECT team, date_trunc('month', timezone('Europe/Berlin', started_at))::DATE AS start,
            sum(handle_s) / 3600 AS h
              FROM contacts GROUP BY ALL) AS u ON u.team = c."group" AND u.start = c.period_start
                  GROUP BY ALL"""
    assert told.one(f"SELECT avg(occupancy) FROM ({used}) WHERE \"group\" = 'Store and Social'") < 0.60
    assert told.one(f"SELECT occupancy FROM ({used}) WHERE \"group\" = 'Voice South' AND m = 12") > 1.0


def test_the_angry_answer_surveys_more_often(told: Written) -> None:
    asked = "FROM surveys JOIN contacts USING (contact_id) WHERE kind = 'csat'"
    answered = f"SELECT avg((score IS NOT NULL)::INTEGER) {asked} AND outcome ="
    assert told.one(f"{answered} 'unresolved'") > told.one(f"{answered} 'resolved'")


def test_every_output_says_that_it_is_a_demo(told: Written) -> None:
    assert DEMO_SETTINGS.demo
    assert told.truth["demo"] is True
    assert "does not exist" in (told.folder / "README.txt").read_text(encoding="utf-8")
    for table, paths in told.files.items():
        if paths[0].suffix == ".parquet":
            said = told.one(
                f"SELECT count(*) FROM parquet_kv_metadata({literal(str(paths[0]))}) WHERE key = 'demo'"
            )
            assert said == 1, table


def test_no_because_was_cut_at_a_comma() -> None:
    """In `{because: a, b}` YAML reads b as a name of its own; such a name has blanks and no value."""

    def cut(found: object) -> list[str]:
        if isinstance(found, list):
            return [name for item in found for name in cut(item)]
        if not isinstance(found, dict):
            return []
        here = [str(key) for key, value in found.items() if value is None and " " in str(key)]
        return here + [name for value in found.values() for name in cut(value)]

    assert [cut(yaml.safe_load(text_of(name))) for name in ("company.yaml", "books.yaml", "policy.yaml")] == [
        [],
        [],
        [],
    ]


def test_easter_and_what_hangs_on_it() -> None:
    """Dates of the Gregorian Easter from the tables of the Physikalisch-Technische Bundesanstalt."""
    assert [easter(year) for year in (2000, 2024, 2025, 2026)] == [
        date(2000, 4, 23), date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5),
    ]  # fmt: skip
    named = {name: day for day, _, name in holidays(yaml.safe_load(text_of("company.yaml")), 2025)}
    assert named["Buß- und Bettag"] == date(2025, 11, 19)
    assert named["Boże Ciało"] == date(2025, 6, 19)


def test_draws_are_uniform_normal_and_do_not_hang_together() -> None:
    """100,000 keys: means within 4 standard errors; streams and neighbours correlated by less than 0.015."""
    con = connect()
    install_draws(con, 7)
    con.execute("CREATE TABLE r AS SELECT k, luck(k) AS l, luck(k + 1) AS next FROM range(100000) AS r(k)")
    mean, spread, normal_mean, normal_spread = con.execute(
        "SELECT avg(u(l, 1)), stddev(u(l, 1)), avg(z(l, 2)), stddev(z(l, 2)) FROM r"
    ).fetchall()[0]
    assert mean == pytest.approx(0.5, abs=4 * 0.2887 / 316)
    assert spread == pytest.approx(0.2887, abs=0.003)
    assert normal_mean == pytest.approx(0, abs=4 / 316)
    assert normal_spread == pytest.approx(1, abs=0.01)
    hang = con.execute(
        "SELECT corr(u(l, 1), u(l, 2)), corr(u(l, 1), u(next, 1)), corr(z(l, 2), u(l, 4)) FROM r"
    ).fetchall()[0]
    assert max(abs(each) for each in hang) < 0.015
    assert con.execute("SELECT count(DISTINCT l) FROM r").fetchall() == [(100_000,)]


def test_a_company_of_three_months_is_whole(tmp_path: Path) -> None:
    files = write_company(tmp_path, contacts=2000, first_month=date(2025, 9, 1), months=3)
    assert sorted(files) == sorted(TABLES)
    truth = yaml.safe_load((tmp_path / "truth.yaml").read_text(encoding="utf-8"))
    assert [story["story"] for story in truth["stories"]] == [
        "chatbot_launch",
        "training_pays",
        "slow_on_simple",
    ]


def test_a_company_needs_contacts_and_months(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1000 contacts"):
        write_company(tmp_path, contacts=10)
    with pytest.raises(ValueError, match="a month"):
        write_company(tmp_path, months=0)


@pytest.mark.slow
def test_a_million_contacts(tmp_path: Path) -> None:
    files = write_company(tmp_path)
    sql = (
        f"SELECT count(*), count(DISTINCT contact_id) FROM read_parquet({literal(str(files['contacts'][0]))})"
    )
    rows, ids = connect().execute(sql).fetchall()[0]
    assert rows == ids == pytest.approx(1_000_000, rel=0.02)
