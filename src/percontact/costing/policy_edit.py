# SPDX-License-Identifier: Apache-2.0
"""One more rule in a policy's text: all else in it, comments and all, stays as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from percontact.costing.policy_file import parse_policy, read_policy
from percontact.costing.policy_text import read_text
from percontact.values.problem import PercontactError, problem

LONGEST = 100
"""Signs of a pool's name: longer ones could not stand in one line of YAML."""


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule to be added at the end, so that it takes only lines that no rule took before.

    match  ledger column -> pattern; '' stands for an empty cell
    pool   where its lines go; `outside` = no cost of serving customers
    driver of the pool, where it is a new one; scope: (dimension -> values) that it is used by
    """

    match: Mapping[str, str]
    pool: str
    because: str = ""
    driver: str = ""
    scope: Mapping[str, list[str]] = field(default_factory=dict)


def with_rule(text: str, new: NewRule) -> str:
    """The text with one more rule, and with its pool where a driver is named.

    Raises E-POL-01 to E-POL-03 where the text, before or after, is no policy; E-ARG-03 where it cannot be
    added without writing the text anew.

    >>> text = "pools:\\n  a: {}\\nrules:\\n  - {to: a}  # all\\n"
    >>> print(with_rule(text, NewRule({"account": "61*"}, "a")))
    pools:
      a: {}
    rules:
      - {to: a}  # all
      - {match: {account: 61*}, to: a}
    <BLANKLINE>
    """
    before = parse_policy(text)
    if new.driver:
        body: dict[str, object] = {"driver": new.driver}
        body |= {"scope": dict(new.scope)} if new.scope else {}
        body |= {"because": new.because} if new.because else {}
        text = _added(text, "pools", _in_one_line({new.pool: body})[1:-1])
    rule: dict[str, object] = {"match": dict(new.match), "to": new.pool}
    rule |= {"because": new.because} if new.because else {}
    text = _added(text, "rules", _in_one_line(rule), listed=True)
    after, faults = read_policy(text)
    if after is None:
        raise PercontactError(faults[0])
    if len(after.rules) != len(before.rules) + 1:
        raise _by_hand("the text did not take the rule")
    return text


def _in_one_line(data: Mapping[str, object]) -> str:
    """YAML of one line, whatever the texts in it hold."""
    return yaml.safe_dump(
        data, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6
    ).strip()  # fmt: skip


def _added(text: str, key: str, entry: str, *, listed: bool = False) -> str:
    """The text with an entry at the end of what stands under a name of the top."""
    read_text(text, "policy.yaml")
    root = yaml.compose(text, yaml.SafeLoader)
    if root is None:
        return _with_part(text, key, entry, listed=listed)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise _by_hand("it is written as one {...}")
    found = next(((k, v) for k, v in root.value if k.value == key), None)
    if found is None:
        return _with_part(text, key, entry, listed=listed)
    name, value = found
    if isinstance(value, yaml.ScalarNode):
        return _after_line(text, name.end_mark.index, f"  {'- ' if listed else ''}{entry}")
    if value.flow_style:
        return _in_brackets(text, value, entry)
    dash = "- " if listed else ""
    return _after_line(text, _end_of(value), f"{' ' * value.start_mark.column}{dash}{entry}")


def _with_part(text: str, key: str, entry: str, *, listed: bool) -> str:
    """The text with a part of its own at its end."""
    gap = "" if not text or text.endswith("\n") else "\n"
    return f"{text}{gap}{key}:\n  {'- ' if listed else ''}{entry}\n"


def _after_line(text: str, at: int, line: str) -> str:
    """A line of its own after the one that a place is in."""
    if at and text[at - 1] == "\n":
        return f"{text[:at]}{line}\n{text[at:]}"
    end = text.find("\n", at)
    if end < 0:
        return f"{text}\n{line}\n"
    return f"{text[: end + 1]}{line}\n{text[end + 1 :]}"


def _in_brackets(text: str, value: yaml.Node, entry: str) -> str:
    """One entry more at the end of a list or a group that is written in brackets."""
    if not value.value:
        end = value.end_mark.index - 1
        return f"{text[:end]}{entry}{text[end:]}"
    last = value.value[-1]
    # Right behind the last entry, so that a comma or a comment that follows it stays what it is.
    end = (last[1] if isinstance(last, tuple) else last).end_mark.index
    return (
        f"{text[:end]} , {entry}{text[end:]}"
        if text[end - 1] == ":"
        else f"{text[:end]}, {entry}{text[end:]}"
    )


def _end_of(node: yaml.Node) -> int:
    """Where the last sign of a node stands, without the blank lines and comments that follow it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
        if isinstance(node, yaml.ScalarNode) and not node.value:
            break
    return int(node.end_mark.index)


def _by_hand(fault: str) -> PercontactError:
    what = f"the rule cannot be added: {fault}"
    do = "Write the rule into the text by hand: {match: {account: '6100'}, to: people}."
    return problem(
        "E-ARG-03", "policy.yaml", what, "Writing the whole text anew would lose its comments.", do
    )
