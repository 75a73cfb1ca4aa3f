# SPDX-License-Identifier: Apache-2.0
"""The steps of a first use, by plain forms: begin, send a file, import it, wait for its job."""

import time

from starlette.testclient import TestClient

CALLS = "".join(
    ["Call ID,Start,Talk time,Agent,Queue,Reason,Customer mail\n"]
    + [
        f"{n},0{1 + n % 9}/06/2026 09:{n % 60:02}:00,300,A{n % 5},Billing,invoice,c{n}@example.org\n"
        for n in range(400)
    ]
)
"""400 calls of five minutes in June 2026, if the day stands first: 2,000 minutes of work."""
LEDGER = "account,period,amount\n6100,2026-06,1000.00\n"


def begin(client: TestClient) -> None:
    made = client.post("/welcome/workspace", data={"currency": "EUR", "timezone": "Europe/Berlin"})
    assert made.status_code == 200
    assert made.url.path == "/data"


def send(client: TestClient, name: str, content: str | bytes, **fields: str) -> str:
    """Upload a file; the address of its page."""
    page = client.post("/data/uploads", data=fields, files={"file": (name, content)})
    assert page.status_code == 200, page.text
    return str(page.url.path)


def finish(client: TestClient, address: str) -> str:
    """Import an upload and wait for its job; the page of the job at its end."""
    page = client.post(f"{address}/import")
    job = page.url.path
    assert job.startswith("/data/jobs/"), page.text
    return wait(client, job)


def wait(client: TestClient, job: str) -> str:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        page = client.get(job).text
        if f"{job}/events" not in page:
            return page
        time.sleep(0.1)
    raise AssertionError(page)
