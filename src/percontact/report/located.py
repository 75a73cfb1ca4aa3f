# SPDX-License-Identifier: Apache-2.0
"""Where a metric changed, as a document: the slices with what each explains, the rest, and how to look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import compress

from percontact.costing.slice import Slice
from percontact.explain.locate import Cause, Located
from percontact.explain.noted import Event
from percontact.metrics.card import Card
from percontact.report.document import Cell, Document, Table, TableColumn, Worded
from percontact.report.looking import contacts_command, slice_options, slice_words, span_words
from percontact.report.measured import value_words
from percontact.report.words import DEMO_NOTE, count_text
from percontact.values.money import minor_digits
from percontact.values.period import Period

NOTED_EVENTS = "Noted events"
"""Title of the table of what was noted in the time of a change."""

HARDLY = 1e-3
"""A change of less than this part of a figure is none to speak of, and nothing is a share of it."""

CANCELS = 1.5
"""Where a part is so many times the whole change, parts cancel, and shares of what is left mislead."""

STANDS_OUT = 0.2
"""Below this share of the change the largest place is one of many."""

EFFECTS = {"level": "its own figure", "mix": "its part of all"}
"""Effect of a slice -> as it is told."""

BESIDE = {"previous": "the span before", "last-year": "the same span last year", "budget": "the budget"}


def located_document(
    card: Card,
    found: Located,
    spans: tuple[Period, Period],
    against: str,
    dims: tuple[str, ...],
    question: Slice,
    events: Sequence[Sequence[Event]],
    notes: Sequence[str],
    currency: str,
    *,
    demo: bool,
    named: Callable[[Period], str] = span_words,
) -> Document:
    """The answer of `percontact locate`. events: those of each slice, and last those of the whole.

    named  how spans are named in sentences
    """
    words = _Words(card, found, currency)
    now, then = named(spans[0]), "budget" if against == "budget" else named(spans[1])
    looks = [contacts_command(spans[0], c.where, question.where) for c in found.causes]
    if against == "budget" and card.kind == "cost":
        notes = (*notes, "A budget plans all cost, so the figure is on basis full.")
    return Document(
        title=f"Where {_name(card)} changed, {now} against {then}",
        headline=" ".join(_sentences(words, now, then)),
        tables=tuple(_tables(words, events, looks, has_contacts=card.table == "contacts")),
        notes=tuple(_notes(words, notes)),
        data=_data(words, spans, against, dims, question, events, looks, notes),
        facts=(
            ("Span", now),
            ("Against", f"{BESIDE[against]}, {then}" if against != "budget" else then),
            ("Looked along", ", ".join(dims)),
            *((("Basis of costs", question.basis),) if card.kind == "cost" else ()),
        ),
        definitions=(
            (card.name, f"{card.formula}. {card.rule}"),
            ("What moved it", "A ratio changes where a slice's own ratio did (its own figure), and where "
             "slices with another ratio than the whole grew or shrank (its part of all)."),
        ),
        demo=DEMO_NOTE if demo else "",
    )  # fmt: skip


def _name(card: Card) -> str:
    return card.name if card.name[:2].isupper() else card.name[0].lower() + card.name[1:]


class _Words:
    """How figures of one card are written."""

    def __init__(self, card: Card, found: Located, currency: str) -> None:
        self.card, self.found, self.currency = card, found, currency
        # The shares of a net metric were moved up by one to be searched.
        self.shift = 1.0 if card.kind == "net" else 0.0
        self.is_ratio = bool(card.per) if card.kind == "cost" else card.kind != "amount"

    def value(self, value: float | None) -> str:
        """A figure: "EUR 4.20"."""
        if value is None:
            return "-"
        if self.card.kind == "amount":
            return f"{value:,.0f}"
        return value_words(self.card, _exact(value - self.shift), self.currency, scale=self._scale)

    def moved(self, change: float, *, sign: bool = True, whole: bool = False) -> Worded:
        """A change of a figure: "+EUR 0.31", "-2.1 points". whole: said by itself, not beside its parts."""
        front = "" if not sign else "+" if change > 0 else "-" if change < 0 else ""
        if self.card.unit == "%":
            text, after = f"{front}{abs(change) * 100:.1f} points", "points"
            return Worded(text, _number(change * 100), digits=1, after=after, signed=True)
        if self.card.kind == "amount":
            return Worded(f"{front}{abs(change):,.0f}", _number(change), signed=True)
        if self.card.unit.startswith("money"):
            # One number of decimals in the whole column, two more where the currency's would show no change.
            minor = minor_digits(self.currency)
            beside = [] if whole else [abs(c.change) for c in self.found.causes if c.change]
            digits = minor + (2 if min([abs(self.found.change), *beside]) < 0.5 * 10**-minor else 0)
            text = f"{front}{self.currency} {abs(change):,.{digits}f}"
            return Worded(text, _number(change), digits=digits, before=self.currency, signed=True)
        said = value_words(self.card, _exact(abs(change)), self.currency, scale=self._scale)
        number = said.number if change > 0 or said.number is None else -said.number
        return Worded(f"{front}{said}", number, digits=said.digits, after=said.after, signed=True)

    def share(self, part: float) -> float | None:
        """Part of the whole change; None where there is none to speak of."""
        whole = self.found.change
        return part / whole if abs(whole) > HARDLY * max(1e-9, abs(self.found.now)) else None

    @property
    def cancels(self) -> bool:
        """Whether parts are larger than the whole change, and take each other back."""
        found = self.found
        parts = (*(c.change for c in found.causes), found.everything)
        return max(map(abs, parts), default=0.0) > CANCELS * abs(found.change)

    def told_share(self, part: float) -> float | None:
        """Part of the whole change as it is told: None too where parts cancel."""
        return None if self.cancels else self.share(part)

    @property
    def _scale(self) -> Fraction:
        return _exact(max(abs(self.found.now), abs(self.found.then)))


def _number(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def _exact(value: float) -> Fraction:
    """A float as the shortest decimal that stands for it."""
    return Fraction(repr(float(value)))


def _sentences(words: _Words, now: str, then: str) -> Iterator[str]:
    found, card = words.found, words.card
    change = found.change
    hardly = bool(change) and words.share(change) is None
    if hardly:
        before = (
            "" if words.value(found.then) == words.value(found.now) else f", before {words.value(found.then)}"
        )
        yield f"{card.name} hardly changed: {words.value(found.now)}{before} ({now} against {then})."
    elif change:
        way = "rose" if change > 0 else "fell"
        moved = words.moved(change, sign=False, whole=True)
        yield f"{card.name} {way} by {moved} to {words.value(found.now)} ({now} against {then})."
    else:
        yield f"{card.name} did not change: {words.value(found.now)} ({now} against {then})."
    parts = [(c.change, _told(words, c)) for c in found.causes]
    parts += [
        (part, f"{what} ({_of_change(words, part)})")
        for what, part in (("the different length of the spans", found.length),
                           ("a change of everything alike", found.everything))
        if part
    ]  # fmt: skip
    parts.sort(key=lambda p: -abs(p[0]))
    helping = [told for part, told in parts if part * change > 0]
    if not found.causes:
        yield "No slice stands out beyond chance."
    if hardly or (change and words.cancels):
        if not hardly:
            yield "Its parts are larger than that and nearly cancel out."
        for way, sign in (("up", 1), ("down", -1)):
            drew = [told for part, told in parts if part * sign > 0]
            if drew:
                yield f"What drew it {way}: {'; '.join(drew[:2])}."
        return
    if helping:
        share = words.share(max((p for p, _ in parts if p * change > 0), key=abs)) or 0
        if share < STANDS_OUT:
            yield f"It is spread over many slices; no place stands out. The largest is {helping[0]}."
            return
        yield f"{'Most' if share > 0.5 else 'The largest part'} of it is {helping[0]}."
        if len(helping) > 1:
            yield f"Then {helping[1]}."
    against = [told for part, told in parts if part * change < 0]
    if against:
        yield f"Against it goes {against[0]}."


def _told(words: _Words, cause: Cause) -> str:
    return f"{slice_words(cause.where)}: {_happened(words, cause)} ({_of_change(words, cause.change)})"


def _of_change(words: _Words, part: float) -> str:
    """ "34% of the change, +EUR 0.10"; without the share where there is no change to speak of."""
    share = words.told_share(part)
    return words.moved(part) if share is None else f"{share:.0%} of the change, {words.moved(part)}"


def _happened(words: _Words, cause: Cause) -> str:
    """What happened in a slice, in words."""
    if cause.effect == "mix":
        ratio = f", at {words.value(cause.ratio)}" if cause.ratio is not None else ""
        if cause.new:
            return f"new, {(cause.now or 0):.1%} of all{ratio}"
        if cause.ended:
            return f"no more, it was {(cause.then or 0):.1%} of all{ratio}"
        return f"its part of all went from {(cause.then or 0):.1%} to {(cause.now or 0):.1%}{ratio}"
    if cause.now is None and cause.then is None:
        if words.card.kind == "cost":
            return "work on contacts that count elsewhere: handed over, or abandoned"
        return "has amounts, but nothing of its own to divide them by"
    if cause.new:
        return f"new, {words.value(cause.now)}"
    if cause.ended:
        return f"no more, it was {words.value(cause.then)}"
    return f"{words.value(cause.then)} to {words.value(cause.now)}"


def _tables(
    words: _Words,
    events: Sequence[Sequence[Event]],
    looks: Sequence[str],
    *,
    has_contacts: bool,
) -> Iterator[Table]:
    found = words.found
    columns = [
        TableColumn("where", "Where"),
        TableColumn("effect", "What moved it"),
        TableColumn("happened", "What happened"),
        TableColumn("change", "Change"),
        TableColumn("share", "Share", "share"),
        TableColumn("contacts", "Contacts", "count"),
        TableColumn("events", "Noted in that time"),
        TableColumn("look", "Look", detail=True, command=True),
    ]
    rows: list[tuple[Cell, ...]] = []
    for cause, noted, look in zip(found.causes, events[:-1], looks, strict=True):
        contacts = cause.contacts if has_contacts else None
        rows.append((
            slice_words(cause.where), EFFECTS[cause.effect], _happened(words, cause),
            words.moved(cause.change), _part(words.told_share(cause.change)), contacts,
            ", ".join(e.name for e in _about(noted, cause)), look,
        ))  # fmt: skip
    rows += list(_others(words))
    whole = _part(words.told_share(found.change))
    total: tuple[Cell, ...] = (
        "whole change", "", "", words.moved(found.change), whole, None, "", "",
    )  # fmt: skip
    drop = ([] if has_contacts else ["contacts", "look"]) + ([] if words.is_ratio else ["effect"])
    drop += [] if whole is not None else ["share"]
    keep = [c.name not in drop for c in columns]
    yield Table(
        "Slices", tuple(compress(columns, keep)), tuple(tuple(compress(r, keep)) for r in rows),
        tuple(compress(total, keep)),
    )  # fmt: skip
    if events[-1]:
        yield _noted_table(events[-1])


def _others(words: _Words) -> Iterator[tuple[Cell, ...]]:
    """Rows for what is in no slice; each only where there is something of it."""
    found = words.found
    parts = (
        ("everything else alike", EFFECTS["level"], "outside the slices above", found.everything),
        ("length of the spans", "", "different numbers of days", found.length),
        (
            "in no slice",
            EFFECTS["level"],
            "many small changes, and chance",
            found.level_rest,
        ),
        ("in no slice", EFFECTS["mix"], "many small shifts", found.mix_rest),
    )
    least = 5e-4 * max(abs(found.change), *(abs(c.change) for c in found.causes), 1e-12)
    for where, effect, what, change in parts:
        if abs(change) > least:
            yield (where, effect, what, words.moved(change), _part(words.told_share(change)), None, "", "")


def _part(share: float | None) -> Decimal | None:
    return None if share is None else Decimal(repr(round(share, 6)))


def _about(noted: Sequence[Event], cause: Cause) -> list[Event]:
    """Events that touch this slice, or a part of it; a cell has room for three."""
    here = set(cause.where)
    return [e for e in noted if set(e.touches) & here][:3]


def _noted_table(events: Sequence[Event]) -> Table:
    columns = (
        TableColumn("event", "Noted in that time"),
        TableColumn("first", "From", "date"),
        TableColumn("last", "To"),
        TableColumn("touches", "About"),
        TableColumn("note", "Note"),
    )
    rows = tuple(
        (e.name, e.first, str(e.last or ""), ", ".join(f"{d} {v}" for d, v in e.touches), e.note or "")
        for e in events
    )
    note = "Candidates by time only; nothing here says that they were the cause."
    return Table(NOTED_EVENTS, columns, rows, note=note)


def _notes(words: _Words, notes: Sequence[str]) -> Iterator[str]:
    found = words.found
    for cause in found.causes:
        if cause.overlap:
            yield (
                f"{slice_words(cause.where)}: {count_text(cause.overlap)} of its contacts count for a slice "
                "above, so that shares add up."
            )
    if words.card.kind == "net":
        yield f"{words.card.name} is a difference of shares; it was searched with one added to it."
    yield from notes


def _data(
    words: _Words,
    spans: tuple[Period, Period],
    against: str,
    dims: tuple[str, ...],
    question: Slice,
    events: Sequence[Sequence[Event]],
    looks: Sequence[str],
    notes: Sequence[str],
) -> dict[str, object]:
    found = words.found

    def number(value: float | None) -> str | None:
        return None if value is None else f"{value:.12g}"

    return {
        "metric": words.card.metric,
        "unit": words.card.unit.replace("money", words.currency),
        "currency": words.currency,
        "basis": question.basis,
        "span": {"start": str(spans[0].start), "end": str(spans[0].end)},
        "against": against if against == "budget" else {
            "what": against, "start": str(spans[1].start), "end": str(spans[1].end)},
        "dimensions": list(dims),
        "now": number(found.now - words.shift),
        "then": number(found.then - words.shift),
        "change": number(found.change),
        "causes": [
            {
                "where": dict(c.where), "effect": c.effect, "change": number(c.change),
                "share": number(words.share(c.change)), "then": number(c.then), "now": number(c.now),
                "ratio": number(c.ratio), "contacts": c.contacts, "overlap": c.overlap,
                "new": c.new, "ended": c.ended, "contacts_command": look,
                "trail": f"percontact trace {slice_options(spans[0], c.where, question.where)} --json",
                "candidates_by_time": [_event(e) for e in noted],
            }
            for c, noted, look in zip(found.causes, events[:-1], looks, strict=True)
        ],
        "everything": number(found.everything),
        "length": number(found.length),
        "in_no_slice": {"level": number(found.level_rest), "mix": number(found.mix_rest)},
        "candidates_by_time": [_event(e) for e in events[-1]],
        "notes": list(notes),
    }  # fmt: skip


def _event(event: Event) -> dict[str, object]:
    return {
        "event": event.name,
        "kind": event.kind,
        "started_on": str(event.first),
        "ended_on": None if event.last is None else str(event.last),
        "touches": dict(event.touches),
        "note": event.note,
    }
