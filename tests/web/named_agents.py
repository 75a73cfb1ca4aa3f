# SPDX-License-Identifier: Apache-2.0
"""A company whose agents have names that tell, wherever a name can stand: rows, doubts, rows set aside."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from percontact.ingest.mapping_form import parse_mapping
from percontact.people import COMMAND_LINE, Role, accounts
from percontact.people.sign_in import sign_in
from percontact.pipeline import land
from percontact.records.book import Settings
from percontact.store.workspace import Workspace
from percontact.web.entrance import Entrance

PASSWORD = "correct horse battery"
NAMES = ("ZQUUX-0417", "PWAZZO-0418", "Total GNARR-0419", "OBLIP-0420")
TELLING = ("zquux", "pwazzo", "gnarr", "oblip", "usnorf")
"""What would tell who an agent is, in small letters; USNORF-0421 stands in rows set aside alone."""

MAPPING = """\
table: contacts
columns:
  contact_id: Nr
  started_at: At
  channel: {constant: voice}
  agent: {column: Who, values: {PW: PWAZZO-0418}}
"""


def made(folder: Path) -> Path:
    """
    contacts   January to June 2026, 2 a day of each agent; ZQUUX-0417 takes twice as long
               Total GNARR-0419 has the sum of the others, as a row of a report would
    aside      3 rows with agents' names: no date, a time that ends before it starts, a channel that is none
    more.csv   100 contacts of July, by a mapping that says who PW is
    ledger     6000  1,000.00 EUR a month
    """
    folder.mkdir(parents=True, exist_ok=True)
    head = "contact_id,started_at,ended_at,channel,reason,team,agent,handle_s,case_id\n"
    lines = []
    for month in range(1, 7):
        for day in range(1, 28):
            for n, agent in enumerate(NAMES):
                for part in range(2):
                    at = f"2026-{month:02}-{day:02} {9 + n}:{part * 30:02}:00"
                    long = 600 if n == 0 else 200 + day
                    reason = ("invoice", "delivery")[part]
                    lines.append(
                        f"{month}-{day}-{n}-{part},{at},,voice,{reason},Billing,{agent},{long},k{month}-{day}-{n}"
                    )
    aside = [
        "x1,never,,voice,invoice,Billing,USNORF-0421,200,k",
        "x2,2026-06-03 09:21:40,2026-06-03 09:14:02,voice,invoice,Billing,USNORF-0421,,k",
        "x3,2026-06-04 09:00:00,,voice,invoice,Billing,USNORF-0421,minus five,k",
    ]
    (folder / "contacts.csv").write_text(head + "\n".join([*lines, *aside]) + "\n")
    (folder / "more.csv").write_text(
        "Nr,At,Who\n" + "".join(f"m{n},2026-07-{1 + n % 28:02} 09:00:00,PW\n" for n in range(100))
    )
    ledger = [f"l{m},6000,1000.00,EUR,2026-{m:02}-01,2026-{m + 1:02}-01" for m in range(1, 8)]
    heads = "line_id,account,amount,currency,period_start,period_end\n"
    (folder / "ledger.csv").write_text(heads + "\n".join(ledger) + "\n")
    books = folder / "books"
    workspace = Workspace.create(books, Settings(currency="EUR", timezone="UTC"))
    for table in ("contacts", "ledger"):
        land(workspace, table, folder / f"{table}.csv")
    land(workspace, "contacts", folder / "more.csv", mapping=parse_mapping(MAPPING, "more.yaml"))
    return books


def cookies(client: TestClient) -> dict[Role, str]:
    """A person of each role, signed in."""
    entrance: Entrance = client.app.state.entrance  # type: ignore[attr-defined]
    for role in Role:
        accounts.add(entrance.state, role.value, role, by=COMMAND_LINE, password=PASSWORD)
    return {role: f"percontact={sign_in(entrance.state, role.value, PASSWORD)}" for role in Role}
