# SPDX-License-Identifier: Apache-2.0
"""What went wrong is told in the frame of the page, so that one can correct what was asked."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from percontact.web import make_app


def test_a_page_that_there_is_not_has_the_menu_it_speaks_of(app: TestClient) -> None:
    page = app.get("/nonsense")
    assert page.status_code == 404
    assert "Choose a page from the menu" in page.text
    for address in ("/explain", "/explore", "/data"):
        assert f'<a href="{address}"' in page.text


def test_a_value_that_no_contact_has_can_be_chosen_anew_with_the_rest_kept(app: TestClient) -> None:
    page = app.get("/explore?channel=nobody&period=2026-03&metric=cost_per_contact").text
    assert 'aria-label="Pages"' in page
    assert '<option value="2026-03" selected>' in page
    assert '<input type="hidden" name="metric" value="cost_per_contact">' in page
    chosen = page[page.index('id="control-channel"') :]
    assert chosen.startswith('id="control-channel" aria-invalid="true" aria-describedby="control-fault"')
    assert '<option value="nobody" selected>' in chosen
    assert "No contact has channel" in chosen[: chosen.index("</div>")]


def test_a_mistyped_condition_stands_in_its_field_with_what_is_wrong_beside_it(app: TestClient) -> None:
    page = app.get("/explore?where=channel%3Dvoice&where=tem%3DBilling").text
    fields = re.findall(r'<input name="where"[^>]*>', page)
    assert ['value="channel=voice"' in fields[0], 'value="tem=Billing"' in fields[1]] == [True, True]
    assert ["aria-invalid" in one for one in fields] == [False, True]
    told = page[page.index('id="control-fault"') :]
    assert "Did you mean team?" in told[: told.index("</p>")]


def test_a_period_that_is_none_is_told_beside_the_period(app: TestClient) -> None:
    page = app.get("/explain?period=2026-13&team=").text
    control = page[page.index('id="control-period"') :]
    control = control[: control.index("</div>")]
    assert 'aria-invalid="true"' in control
    assert "names no period" in control
    assert "--from" not in page


def test_a_comparison_that_is_none_is_told_beside_it(app: TestClient) -> None:
    control = (page := app.get("/explain?compare=never").text)[page.index('id="control-compare"') :]
    assert "is not one of its values" in control[: control.index("</div>")]


def test_no_page_says_where_the_workspace_lies_on_the_server(own_company: Path) -> None:
    with TestClient(make_app(own_company), base_url="http://127.0.0.1") as client:
        page = client.get("/data/imports/999999").text
        program = client.get("/api/v1/explain?from=2035-01&to=2035-01").json()
    assert program["problem"]["where"] == own_company.name
    assert str(own_company) not in page
    assert str(own_company) not in str(program)


def test_a_program_gets_the_four_parts_and_no_layout(app: TestClient) -> None:
    for address in ("/explore.json?channel=nobody", "/api/v1/cost?where=tem%3Dx"):
        told = app.get(address)
        assert told.headers["content-type"] == "application/json"
        assert set(told.json()["problem"]) == {"code", "where", "what", "why", "do"}


def test_who_is_not_signed_in_sees_no_menu(own_company: Path) -> None:
    with TestClient(make_app(own_company, alone=False), base_url="https://team.example") as client:
        page = client.get("/nonsense")
    assert page.status_code == 404
    assert 'aria-label="Pages"' not in page.text
    assert own_company.name not in page.text
    assert 'href="/"' in page.text


@pytest.mark.parametrize("path", ["/explore?where=team", "/explain?period=x", "/measures/nope", "/nonsense"])
def test_a_page_that_tells_a_problem_has_one_heading_and_no_raw_marks(app: TestClient, path: str) -> None:
    page = app.get(path).text
    main = page[page.index("<main") : page.index("</main>")]
    assert main.count("<h1>") == 1
    assert "`" not in re.sub(r"<script.*?</script>", "", main, flags=re.S)
