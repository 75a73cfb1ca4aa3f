# SPDX-License-Identifier: Apache-2.0
"""What headers and answers of surveys say: which kind of question it is, and on which scale."""

from __future__ import annotations

import re
from collections.abc import Mapping as Pairs
from dataclasses import dataclass

from percontact.ingest.meaning import plain, yes_or_no
from percontact.ingest.meaning_columns import Seen
from percontact.ingest.vocabulary import words

KINDS = {
    "csat": "how satisfied the customer was",
    "nps": "whether they would recommend us, 0 to 10",
    "ces": "how easy it was",
    "fcr": "whether it was settled",
    "rating": "a rating, such as stars",
    "index": "one question of an index of several",
}
"""Kinds of questions of the table surveys, in words."""

STANDARD = ((1, 5), (0, 10), (1, 10), (1, 7), (1, 3), (1, 4), (1, 6), (0, 5), (0, 100))
"""Scales that are in use, the more usual first."""

ANSWERS_ENOUGH = 30
"""Answers in which all steps of a scale stand, and none beyond, so that it is no accident."""

_SPAN = re.compile(r"(?<![\d.])(\d{1,3}) ?(?:-|–|—|\.\.|to|bis|à|a|al|tot|até|ate) ?(\d{1,3})(?![\d.])")
_OUT_OF = re.compile(r"(?:/|out of|of|von|sur|de|su|van) ?(\d{1,3})\b")
_OF_MANY = re.compile(r"(\d{1,3}(?:[.,]\d+)?) ?(?:/|out of|of|von|sur|de|su|van) ?(\d{1,3})")
_LABELLED = re.compile(r"(\d{1,3}) ?[-–—:.=)] ?\D.*|(\d{1,3}) ?\(.*\)")


@dataclass(frozen=True, slots=True)
class Answers:
    """How the answers in a column are written.

    numbers  answer -> its number, of answers in words; "" = no answer
    match    RE2 pattern of the number in answers like `4/5` and `5 - very good`; "" = none is needed
    scale    lowest and highest possible answer, as far as the answers or the header say it
    why      what says it
    plain    whether the answers are numbers as they stand
    """

    numbers: Pairs[str, str]
    match: str = ""
    scale: tuple[int | None, int | None] = (None, None)
    why: str = ""
    plain: bool = False


def kind_in(text: str) -> str | None:
    """The kind of question a header, a question or the name of a file names; None = none.

    >>> kind_in("CSAT score (1-5)"), kind_in("Würden Sie uns empfehlen?"), kind_in("Score")
    ('csat', 'nps', None)
    """
    said = plain(text)
    tokens = set(said.split())
    for kind, known in words()["survey_kinds"].items():
        if any(w in tokens if " " not in w else f" {w} " in f" {said} " for w in known):
            return str(kind)
    return None


def says_survey(text: str) -> bool:
    """Whether a header stands in surveys and hardly anywhere else.

    >>> says_survey("CSAT"), says_survey("Survey sent"), says_survey("Resolved"), says_survey("Rating")
    (True, True, False, False)
    """
    tokens = set(plain(text).split())
    return bool(tokens & set(words()["survey_words"])) or kind_in(text) in ("csat", "nps", "ces")


def answers_in(seen: Seen, kind: str | None) -> Answers | None:
    """How the answers of a column are written, or None where they are none on any scale."""
    texts = [value for value, _ in seen.facts.values]
    if not texts or seen.is_dates:
        return None
    if (worded := _worded(texts)) is not None:
        return worded
    if all(re.fullmatch(r"[★⭐*]+[☆]*", t) for t in texts):
        return Answers({t: str(sum(s in "★⭐*" for s in t)) for t in texts}, "", (1, 5), "stars")
    if all(_OF_MANY.fullmatch(t) for t in texts):
        ends = {int(_OF_MANY.fullmatch(t)[2]) for t in texts}  # type: ignore[index]
        if len(ends) == 1:
            return Answers({}, "^([0-9.,]+)", _within(seen, kind, (None, ends.pop())), "the answers say it")
    if all(_LABELLED.fullmatch(t) or re.fullmatch(r"\d{1,3}", t) for t in texts) and any(
        not t.isdigit() for t in texts
    ):
        if (steps := _labelled(texts)) is not None:
            return Answers({}, "^([0-9]+)", steps, "as their words say")
        return Answers({}, "^([0-9]+)", _within(seen, kind, (None, None)), "")
    if seen.numbers.read >= 0.99 * seen.facts.filled and not seen.numbers.percent:
        found = _numbers(seen)
        if found and min(found) >= 0 and max(found) <= 100:
            return Answers({}, "", _within(seen, kind, (None, None)), "", plain=True)
    return None


def _worded(texts: list[str]) -> Answers | None:
    """Answers in words: of one known list, or yes and no. What two lists number otherwise is not known."""
    silent = {t: "" for t in texts if _small(t) in words()["survey_silent"] or is_unsent(t)}
    said = [t for t in texts if t not in silent]
    found: list[Answers] = []
    for steps in words()["survey_steps"] if said else ():
        low = 0 if len(steps) == 2 else 1
        known = {str(word): number for number, step in enumerate(steps, start=low) for word in step}
        if all(_small(t) in known for t in said):
            numbers = {t: str(known[_small(t)]) for t in said} | silent
            found.append(Answers(numbers, "", (low, low + len(steps) - 1), "in words"))
    if found:
        # Good and bad alone are the two of a thumb; a longer list has more than these.
        alike = all(one.numbers == found[0].numbers for one in found)
        return found[0] if alike or found[0].scale == (0, 1) else None
    if said and all(yes_or_no(t) is not None and not t.isdigit() for t in said):
        return Answers({t: "1" if yes_or_no(t) else "0" for t in said} | silent, "", (0, 1), "yes or no")
    return None


def is_unsent(text: str) -> bool:
    """Whether an answer says that nobody was asked."""
    return _small(text) in words()["survey_unsent"]


def _labelled(texts: list[str]) -> tuple[int, int] | None:
    """The scale of answers such as `4 - Satisfied`, whose words are that step of a known list."""
    parts = [m for t in texts if (m := re.fullmatch(r"(\d{1,3})\W+(.*?)\W*", t))]
    for steps in words()["survey_steps"]:
        if len(steps) == 2 or len(parts) < 2:
            continue
        known = {str(word): number for number, step in enumerate(steps, start=1) for word in step}
        if all(known.get(_small(m[2])) == int(m[1]) for m in parts):
            return 1, len(steps)
    return None


def _small(text: str) -> str:
    return " ".join(text.lower().replace("-", " ").replace("_", " ").split())


def _numbers(seen: Seen) -> list[float]:
    found = []
    for value, _ in seen.facts.values:
        text = re.match(r"\d+([.,]\d+)?", value.strip())
        if text is None:
            return []
        found.append(float(text[0].replace(",", ".")))
    return found


def _within(
    seen: Seen, kind: str | None, told: tuple[int | None, int | None]
) -> tuple[int | None, int | None]:
    """The scale as the header, the kind or the answers themselves say it, as far as they do."""
    low, top = told
    header = seen.header.lower()
    found = _numbers(seen)
    if span := _SPAN.search(header):
        low, top = int(span[1]), int(span[2])
    elif top is None and (end := _OUT_OF.search(header)):
        top = int(end[1])
    if low is None and top is None and kind == "nps" and all(n == int(n) and n <= 10 for n in found):
        return 0, 10
    if low is not None and top is not None:
        return (low, top) if low < top and found and low <= min(found) and max(found) <= top else (None, None)
    whole = sorted({int(n) for n in found if n == int(n)})
    if len(whole) == len(set(found)) and seen.facts.filled >= ANSWERS_ENOUGH:
        for lowest, highest in STANDARD:
            if whole == list(range(lowest, highest + 1)) and top in (None, highest):
                return lowest, highest
    return low, top


__all__ = ["KINDS", "STANDARD", "Answers", "answers_in", "kind_in", "says_survey"]
