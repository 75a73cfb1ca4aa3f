# SPDX-License-Identifier: Apache-2.0
"""The API: the objects of the commands, every problem in four parts, and no request that breaks it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from starlette.testclient import TestClient

from percontact.web import make_app


def test_the_cost_of_the_api_is_the_object_of_the_command(app: TestClient, company: Path) -> None:
    asked = ["cost", "--from", "2026-01", "--to", "2026-03", "--by", "channel", "--json"]
    command = [sys.executable, "-m", "percontact", "-C", str(company), *asked]
    said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert app.get("/api/v1/cost?from=2026-01&to=2026-03&by=channel").json() == said


@pytest.mark.slow
def test_what_broke_by_the_hour_is_the_object_of_the_command(app: TestClient, company: Path) -> None:
    asked = ["watch", "--from", "2026-06", "--to", "2026-06", "--by", "channel", "--grain", "hour", "--json"]
    command = [sys.executable, "-m", "percontact", "-C", str(company), *asked]
    said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert app.get("/api/v1/watch?from=2026-06&to=2026-06&by=channel&grain=hour").json() == said


@pytest.mark.parametrize(
    "path",
    [
        "measure?metric=CSAT&by=team&to=2026-06&from=2026-05",
        "explain?to=2026-06&by=channel",
        "metrics?q=satisfaction",
        "metrics/cost_per_contact",
        "book",
        "check",
        "opportunities",
    ],
)
def test_every_answer_is_an_object_of_json(app: TestClient, path: str) -> None:
    found = app.get(f"/api/v1/{path}")
    assert found.status_code == 200, found.text
    assert found.headers["content-type"] == "application/json"
    assert found.json()


def test_an_answer_says_which_state_it_is_of_and_is_spared_to_who_has_it(app: TestClient) -> None:
    asked = "/api/v1/cost?from=2026-05&to=2026-06"
    first = app.get(asked)
    snapshot = app.get("/api/v1/book").json()["snapshot"]
    assert first.headers["Percontact-Snapshot"] == str(snapshot)
    assert first.headers["Percontact-Policy"]
    same = app.get(asked, headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["Percontact-Snapshot"] == str(snapshot)
    other = app.get(f"{asked}&by=channel", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("cost?by=chanel", 400, "channel"),
        ("cost?from=2026-13", 400, "2026-13"),
        ("cost?grain=fortnight", 400, "grain"),
        ("measure", 400, "metric"),
        ("measure?metric=happiness", 400, "happiness"),
        ("metrics/nothing-of-the-kind", 400, "nothing-of-the-kind"),
        ("nowhere", 404, "page"),
    ],
)
def test_what_cannot_be_asked_is_told_in_four_parts(
    app: TestClient, path: str, status: int, says: str
) -> None:
    found = app.get(f"/api/v1/{path}")
    assert found.status_code == status
    problem = found.json()["problem"]
    assert set(problem) == {"code", "where", "what", "why", "do"}
    assert all(problem.values())
    assert says in json.dumps(problem)


def test_the_description_names_every_address_and_what_it_needs(app: TestClient) -> None:
    schema = app.get("/api/v1/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    assert {"/api/v1/cost", "/api/v1/measure", "/api/v1/explain"} <= set(schema["paths"])
    assert all(operation["x-needs"] for path in schema["paths"].values() for operation in path.values())


def test_people_read_what_the_api_takes(app: TestClient) -> None:
    page = app.get("/api")
    assert page.status_code == 200
    for word in ("/api/v1/cost", "metric", "Authorization: Bearer", "openapi.json"):
        assert word in page.text


@pytest.mark.slow
def test_no_request_that_the_description_allows_or_forbids_breaks_the_server(company: Path) -> None:
    """Schemathesis makes requests from the description and against it."""
    import schemathesis

    app = make_app(company)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        schema = schemathesis.openapi.from_dict(client.get("/api/v1/openapi.json").json())

    for operation in schema.get_all_operations():
        one = operation.ok()

        @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=one.as_strategy())
        def asked(case: schemathesis.Case) -> None:
            response = case.call(base_url="http://127.0.0.1", app=app, timeout=180)
            assert response.status_code < 500, response.text

        asked()
