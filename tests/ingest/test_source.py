# SPDX-License-Identifier: Apache-2.0
"""Shipped mappings: each can be followed, says how it is known, and is recognised by its headers."""

import pytest

from percontact.ingest.source import EVIDENCE, Source, read_sources, recognise, sources
from percontact.records.lacks import LACKS
from percontact.records.tables import TABLES

EVERY = pytest.mark.parametrize("source", sources(), ids=lambda s: f"{s.key} {s.table}")


@EVERY
def test_every_shipped_mapping_can_be_followed(source: Source) -> None:
    table = TABLES[source.mapping.table or ""]
    assert source.mapping.source == source.name
    assert source.table == table.name
    needed = {c.name for c in table.columns if c.required and not c.default}
    stands_in = {"date", "day"} & set(source.gives)
    stood_in = {"started_at", "period_start", "period_end"} if stands_in else set()
    assert needed - stood_in <= set(source.gives)


@EVERY
def test_every_shipped_mapping_says_how_it_is_known_and_what_it_lacks(source: Source) -> None:
    """A sentence of its own is allowed; a word or two must be one of LACKS, which the product knows."""
    assert source.evidence.split(",")[0] in EVIDENCE
    assert [one for one in source.lacks if one not in LACKS and len(one.split()) < 4] == []
    assert source.mapping.lacks == source.lacks


@EVERY
def test_no_shipped_mapping_keeps_what_people_are_called_or_wrote(source: Source) -> None:
    assert source.mapping.keep == "none"
    names = {name.lower() for o in source.mapping.columns.values() for names in o.columns for name in names}
    # The text of a posting is the ledger's own and what rules go by; customers do not write there.
    postings = {"description", "text"} if source.table == "ledger" else set()
    assert not names & ({"subject", "description", "summary", "content", "raised_by_name", "text"} - postings)


@EVERY
def test_an_export_is_recognised_by_its_headers(source: Source) -> None:
    headers = [names[-1].upper() for names in source.headers]
    found = recognise([*headers, "something else"], source.table)
    assert not source.headers or source in found
    assert source not in recognise(headers[1:], source.table)


def test_a_mapping_is_found_by_its_name_and_table() -> None:
    keys = [(s.key, s.table) for s in sources()]
    assert len(keys) == len(set(keys))
    assert ("zendesk/tickets-csv", "cases") in keys


def test_the_one_that_asks_for_more_comes_first() -> None:
    calls = ["id", "properties.createdate", "properties.hs_pipeline_stage"]
    assert [s.system for s in recognise(calls, "cases")] == ["HubSpot Service"]
    assert recognise([], None) == []


def test_documents_are_parted_by_three_dashes_and_comments_are_none() -> None:
    first, last = "source: A, b (CSV)\nevidence: D, x\ntable: fx", "source: A, c\nevidence: O\ntable: fx\n"
    text = f"# words\n{first}\n---\n# more\n---\n{last}"
    assert [(s.key, s.name) for s in read_sources(text, "a")] == [("a/b-csv", "A, b (CSV)"), ("a/c", "A, c")]
