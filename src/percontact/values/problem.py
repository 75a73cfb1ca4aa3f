# SPDX-License-Identifier: Apache-2.0
"""Problems: errors as data. Each says where, what, why we think so, and what to do, and bears a code.

    PercontactError          raised for a wrong call or a file that cannot be used; carries one Problem
      FaultOfOurs            an invariant of percontact itself broke: please report it

A bad row is never raised: it becomes a Problem, is set aside and counted.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in four parts.

    code   a key of `values.codes.CODES`, e.g. "E-TIME-02"; its page is `percontact help CODE`
    where  file:line, command or setting
    what   the fact
    why    why we think so, or what follows from it
    do     what the reader can do now
    text   the source row as found, or ""
    """

    code: str
    where: str
    what: str
    why: str
    do: str
    text: str = ""

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.what}        {self.code}"]
        if self.text:
            lines.append(f"  | {self.text}")
        lines += [f"  {part}" for part in (self.why, self.do) if part]
        return "\n".join(lines)


class PercontactError(Exception):
    """A call that cannot be answered; `problem` says why and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class FaultOfOurs(PercontactError):
    """An invariant of percontact broke. No figure is shown; the user did nothing wrong."""


def problem(code: str, where: str, what: str, why: str, do: str) -> PercontactError:
    """A ready-to-raise error with the four parts."""
    return PercontactError(Problem(code, where, what, why, do))


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """A sentence that suggests near names, or lists what there is.

    >>> did_you_mean("chanel", ["channel", "team"])
    'Did you mean channel?'
    """
    known = sorted(set(candidates))
    near = difflib.get_close_matches(name.lower(), [k.lower() for k in known], n=3, cutoff=0.6)
    matches = [k for k in known if k.lower() in near]
    if matches:
        return f"Did you mean {' or '.join(matches)}?"
    shown = ", ".join(known[:40]) + (", ..." if len(known) > 40 else "")
    return f"There is: {shown}." if known else "There is none yet."
