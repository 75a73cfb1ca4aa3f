# SPDX-License-Identifier: Apache-2.0
"""On a page, what to do is a click and not a command."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from percontact.web import make_app
from percontact.web.drawing import prose
from tests.web.named_agents import made

COMMAND = re.compile(r"percontact (import|imports|policy|kpi|check|trace|measure|people|cost|demo|init)\b")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Contacts and a ledger without policy, capacity, cases and budgets; three rows are set aside."""
    folder = made(tmp_path_factory.mktemp("instead"))
    with TestClient(make_app(folder), base_url="http://127.0.0.1") as one:
        yield one


@pytest.mark.parametrize(("said", "told"), [
    ("percontact import capacity FILE (group, paid_h)",
     '<a href="/data?into=capacity#bring">Bring a file of capacity with group, paid_h</a>'),
    ("Import it: percontact import TABLE FILE.", 'Import it: <a href="/data#bring">bring the file</a>.'),
    ("`percontact kpi` lists them all.", '<a href="/measures">Measures</a> lists them all.'),
    ("Take one of the two out: percontact imports --undo 3 leaves the list, --undo 2 the totals.",
     'Take one of the two out: <a href="/data/imports/3/undo">undo import 3</a> leaves the list, '
     '<a href="/data/imports/2/undo">undo import 2</a> the totals.'),
    ("percontact imports --aside 4 lists them.", '<a href="/data/imports/4">See them</a>.'),
    ("Set `unit:` in <b>.", "Set <code>unit:</code> in &lt;b&gt;."),
])  # fmt: skip
def test_a_command_is_the_page_where_it_is_done(said: str, told: str) -> None:
    assert prose(said) == told


@pytest.mark.parametrize(
    "path",
    [
        "/data/checks", "/data/imports/1", "/", "/cost-map", "/watch", "/explain?compare=budget",
        "/explore?metric=happiness", "/explore/contacts/nobody", "/explore?compare=budget",
    ],
)  # fmt: skip
def test_no_page_sends_its_reader_to_the_command_line(client: TestClient, path: str) -> None:
    text = re.sub(r"<[^>]+>", "", client.get(path).text)
    assert COMMAND.findall(text) == []


def test_each_finding_leads_where_it_is_mended(client: TestClient) -> None:
    page = client.get("/data/checks").text
    assert "take them as a file to correct" in page
    assert 'href="/data?into=cases#bring">Bring a file of cases</a>' in page
    assert 'href="/settings/policy">Have a policy proposed</a>' in page


def test_files_for_programs_keep_the_commands(client: TestClient) -> None:
    assert "percontact import cases FILE" in client.get("/data/checks.json").text
