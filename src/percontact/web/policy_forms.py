# SPDX-License-Identifier: Apache-2.0
"""What is sent from the page Policy: a text to try, to save, a rule to add; and its former versions.

Nothing counts before it is saved, and nothing is saved that was not tried: a text that has changed since is
tried again first. What another saved meanwhile is never overwritten: both texts are shown.
"""

from __future__ import annotations

from contextlib import suppress
from difflib import unified_diff
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from percontact.answers.trying import tried, unplaced
from percontact.costing.policy import OUTSIDE, WORK_DRIVERS
from percontact.costing.policy_edit import LONGEST, NewRule, with_rule
from percontact.costing.policy_file import parse_policy
from percontact.costing.propose import propose
from percontact.report.document import Table
from percontact.report.policy_shown import driver_words
from percontact.report.tried import Tried, Unplaced, source_line
from percontact.report.words import money
from percontact.store.policies import (
    PolicyVersion,
    digest_of,
    policy_text,
    put_policy,
    version_text,
    versions,
)
from percontact.values.problem import PercontactError, Problem, problem
from percontact.web.asked import Asked
from percontact.web.controls import controls
from percontact.web.desk import Desk
from percontact.web.gate import Endpoint, Person, Rule
from percontact.web.pages import policy
from percontact.web.settings_forms import page_with
from percontact.web.showing import asked_of, frame_of, html
from percontact.web.sign_in import short_form
from percontact.web.telling import status_of

MOST_BYTES = 400_000
"""The longest policy that a form may bring; one of a thousand rules has some 150,000."""
HERE = "/settings/policy"
NEW = "(new)"
"""What the form sends for a pool that there is not yet."""


def policy_rules(desk: Desk) -> list[Rule]:
    """The routes of forms on the policy, and of its versions."""

    def sent(does: Any) -> Endpoint:
        async def answered(request: Request, person: Person) -> Response:
            form = await short_form(request, most=MOST_BYTES)
            return await run_in_threadpool(does, desk, request, person, form)

        return answered

    def looked(shows: Any) -> Endpoint:
        async def answered(request: Request, person: Person) -> Response:
            return await run_in_threadpool(shows, desk, request, person)

        return answered

    return [
        Rule(f"{HERE}/propose", "edit_policy", looked(_proposed)),
        Rule(f"{HERE}/try", "edit_policy", sent(_try), ("POST",), act="viewed"),
        Rule(f"{HERE}/save", "edit_policy", sent(_save), ("POST",)),
        Rule(f"{HERE}/place", "edit_policy", looked(_ask_place)),
        Rule(f"{HERE}/place", "edit_policy", sent(_place), ("POST",), act="viewed"),
        Rule(f"{HERE}/versions/{{n}}", "see_figures", looked(_version)),
        Rule(f"{HERE}/versions/{{n}}/again", "edit_policy", looked(_again)),
    ]


# -- trying and saving ---------------------------------------------------------------------------------------


def _try(desk: Desk, request: Request, person: Person, form: dict[str, str]) -> Response:
    return _tried(desk, request, person, _text_of(form), form)


def _save(desk: Desk, request: Request, person: Person, form: dict[str, str]) -> Response:
    text, root = _text_of(form), desk.workspace.path
    if form.get("tried") != digest_of(text):
        says = "The text has changed since it was tried. This is what it does now; save it if that is right."
        return _tried(desk, request, person, text, form, says=says)
    try:
        parse_policy(text)
        made = put_policy(
            root,
            text,
            based_on=form.get("base", ""),
            who="" if person.single else person.name,
            because=form.get("because", "").strip()[:200],
        )
    except PercontactError as error:
        theirs = (policy_text(root) or "") if error.problem.code == "E-POL-04" else None
        return _tried(
            desk, request, person, text, form, problem=error.problem, status=status_of(error.problem),
            theirs=theirs,
        )  # fmt: skip
    request.state.noted = {"version": made.number, "digest": made.digest, "because": made.because}
    return RedirectResponse(f"{HERE}?saved={made.number}", 303)


def _tried(
    desk: Desk,
    request: Request,
    person: Person,
    text: str,
    form: dict[str, str],
    *,
    status: int = 200,
    theirs: str | None = None,
    **more: Any,
) -> Response:
    """The page with what a text would do. `theirs`: what another saved meanwhile."""
    asked = Asked.of([("period", form.get("period", "") or _newest(desk))])
    found: Tried | None = None
    if desk.opened().book.book.has("ledger"):
        found = desk.long_answer(
            ("tried", digest_of(text), asked.pairs),
            lambda book: tried(book, text, start=asked.span[0], end=asked.span[1]),
        )
    else:
        parse_policy(text)
    now = policy_text(desk.workspace.path) or ""
    # Who saw another's text may save over it, after a look at what that does; not before.
    tried_digest = "" if found is None or found.problems or theirs is not None else digest_of(text)
    facts = {
        "text": text,
        "base": digest_of(theirs) if theirs is not None else form.get("base", ""),
        "period": asked.one("period"),
        "because": form.get("because", ""),
        "tried": found,
        "tables": _tables(found, asked),
        "places": [(p, *source_line(p, text)) for p in found.problems] if found else [],
        "tried_digest": tried_digest,
        "difference": _difference(now, text, "in force", "yours"),
        "theirs": theirs,
    }
    return _page(desk, request, person, status=status, **(facts | more))


def _newest(desk: Desk) -> str:
    """The newest month; "" where that is not known, so that all months are counted."""
    with suppress(PercontactError):
        return desk.answer("controls", controls).last
    return ""


def _tables(found: Tried | None, asked: Asked) -> tuple[Table, ...]:
    if found is None:
        return ()
    return tuple(policy.try_links(t, found, asked) for t in found.document.tables)


def _page(desk: Desk, request: Request, person: Person, *, status: int = 200, **facts: Any) -> Response:
    """The page Policy with something in it that no address can hold."""
    asked = Asked.of([("period", str(facts.get("period", "")))])
    return page_with(desk, policy.SCREEN, request, person, asked=asked, status=status, **facts)


def _text_of(form: dict[str, str]) -> str:
    """The text of a form: browsers end lines their own way, and a file ends with a line."""
    text = form.get("text", "").replace("\r\n", "\n").replace("\r", "\n")
    return f"{text.rstrip()}\n" if text.strip() else ""


def _difference(old: str, new: str, old_name: str, new_name: str) -> tuple[tuple[str, str], ...]:
    """(sign, line) of what differs: "-" only in the old, "+" only in the new, " " around it, "@" a gap."""
    lines = unified_diff(old.splitlines(), new.splitlines(), old_name, new_name, n=1, lineterm="")
    return tuple((line[0], line[1:]) for line in list(lines)[2:])


# -- a rule more ---------------------------------------------------------------------------------------------


def _ask_place(desk: Desk, request: Request, person: Person) -> Response:
    asked = asked_of(request)
    form = {
        "account": asked.one("account"),
        "cost_centre": asked.one("cost_centre"),
        "period": asked.one("period"),
    }
    return _place_page(desk, request, person, form)


def _place_page(
    desk: Desk,
    request: Request,
    person: Person,
    form: dict[str, str],
    *,
    wrong: Problem | None = None,
    status: int = 200,
) -> Response:
    asked = Asked.of([("period", form.get("period", "") or _newest(desk))])
    start, end = asked.span
    lines: tuple[Unplaced, ...] = desk.answer(
        ("unplaced", start, end), lambda book: unplaced(book, start=start, end=end)
    )
    known = desk.answer("controls", controls)
    chosen = [u for u in lines if _is(u, form)]
    currency = desk.opened().book.settings.currency
    facts = {
        "form": form,
        "lines": lines,
        "chosen": chosen,
        "amount": money(chosen[0].cents, currency) if chosen else "",
        "pools": list(desk.opened().book.policy.pools),
        "textbook": desk.opened().book.policy.textbook,
        "outside": OUTSIDE,
        "new": NEW,
        "drivers": [(d, driver_words(d)) for d in WORK_DRIVERS],
        "channels": dict(known.filters).get("channel", ()),
        "longest": LONGEST,
        "problem": wrong,
    }
    frame = frame_of(desk, None, Asked(), person, request)
    return html("place.html", frame | facts, status=status)


def _is(one: Unplaced, form: dict[str, str]) -> bool:
    return one.account == form.get("account") and (one.cost_centre or "") == form.get("cost_centre", "")


def _place(desk: Desk, request: Request, person: Person, form: dict[str, str]) -> Response:
    """Add the rule to the text in force, and show what that does; it is saved from there."""
    now = policy_text(desk.workspace.path)
    try:
        text = with_rule(now or "", _new_rule(form))
    except PercontactError as error:
        return _place_page(desk, request, person, form, wrong=error.problem, status=status_of(error.problem))
    sent = {"period": form.get("period", ""), "base": digest_of(now), "because": form.get("because", "")}
    return _tried(desk, request, person, text, sent)


def _new_rule(form: dict[str, str]) -> NewRule:
    """The rule that a form asks for. Raises E-ARG-03 for what cannot be one."""
    said = {name: form.get(name, "").strip() for name in ("account", "cost_centre", "pool", "new", "because")}
    if not said["account"]:
        raise problem(
            "E-ARG-03", "account", "no account is named", "A rule says which lines it catches.",
            "Write the account; `*` stands for any text, so 72* takes all accounts that begin with 72.",
        )  # fmt: skip
    new = said["pool"] == NEW
    pool = said["new"] if new else said["pool"]
    if not pool or len(pool) > LONGEST:
        why = f"The lines have to go somewhere; a name has at most {LONGEST} signs."
        raise problem("E-ARG-03", "pool", "no pool is named", why, "Choose a pool, or name a new one.")
    match = {"account": said["account"]}
    if said["cost_centre"]:
        match["cost_centre"] = said["cost_centre"]
    scope = {"channel": [form["channel"]]} if new and form.get("channel") else {}
    return NewRule(match, pool, said["because"], form.get("driver", "contacts") if new else "", scope)


# -- a first text, and former ones ---------------------------------------------------------------------------


def _proposed(desk: Desk, request: Request, person: Person) -> Response:
    book = desk.opened().book
    book.need("ledger")
    text = desk.answer("policy proposed", lambda book: propose(book.book))
    says = (
        "Proposed from the ledger's own accounts. Read each `because:`, correct what is wrong, then try it."
    )
    return _page(desk, request, person, text=text, says=says)


def _version(desk: Desk, request: Request, person: Person) -> Response:
    one, text = _one_version(desk, request)
    now = policy_text(desk.workspace.path) or ""
    facts = {
        "one": one,
        "text": text,
        "difference": _difference(text, now, f"version {one.number}", "in force"),
        "in_force": digest_of(now) == one.digest,
    }
    return html("policy_version.html", frame_of(desk, None, Asked(), person, request) | facts)


def _again(desk: Desk, request: Request, person: Person) -> Response:
    one, text = _one_version(desk, request)
    says = f"This is version {one.number} of {one.at:%Y-%m-%d %H:%M} UTC. Try it, then save it."
    return _page(desk, request, person, text=text, says=says, because=f"back to version {one.number}")


def _one_version(desk: Desk, request: Request) -> tuple[PolicyVersion, str]:
    said = str(request.path_params["n"])
    number = int(said) if said.isdecimal() and len(said) < 10 else 0
    root = desk.workspace.path
    text = version_text(root, number)
    return next(v for v in versions(root) if v.number == number), text
