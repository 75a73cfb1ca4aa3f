# SPDX-License-Identifier: Apache-2.0
"""One more rule in a policy's text: it comes last, and every other sign stays where it stood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percontact.costing import parse_policy
from percontact.costing.policy import Rule
from percontact.costing.policy_edit import NewRule, with_rule
from percontact.values.problem import PercontactError

NEW = NewRule({"account": "72*", "cost_centre": ""}, "web", "the help pages")
RULE = Rule("web", (("account", ("72*",)), ("cost_centre", ("",))), because="the help pages")

TEXTS = {
    "a block of groups in braces": "pools: {web: }\nrules:\n  - {to: web}  # all else\n\n"
    "repeat: {within_days: 3}\n",
    "a block of blocks": "rules:\n- match:\n    account: '61*'\n  to: web\n  because: >\n    pay\n    more\n"
    "# a comment behind\npools:\n  web:\n    because: x\n",
    "a list in brackets": "pools: {web: }\nrules: [{to: web}]\n",
    "brackets that end with a comma": "pools: {web: }\nrules: [{to: web},\n  ]\n",
    "brackets with a comment": "pools: {web: }\nrules: [\n  {to: web} # all\n  ]\n",
    "an empty list": "pools: {web: }\nrules: []\n",
    "rules without any": "rules:\npools:\n  web: {}\n",
    "no rules yet": "# ours\npools:\n  web: {}",
    "the last line without an end": "pools:\n  web: {}\nrules:\n  - {to: web}",
    "a last rule that is empty behind a name": "pools:\n  web: {}\nrules:\n  - to: web\n    because:\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_rule_comes_last_and_all_else_stays(text: str) -> None:
    """Every line of the old text stands in the new one, in its order."""
    before, made = parse_policy(text), with_rule(text, NEW)
    after = parse_policy(made)
    assert after.rules == (*before.rules, RULE)
    assert (after.pools, after.repeat_days) == (before.pools, before.repeat_days)
    comments = [line[line.index("#") :] for line in text.splitlines() if "#" in line]
    assert all(comment in made for comment in comments)


@pytest.mark.parametrize(
    "text", ["", "rules: []\n", "pools: {a: }\n", "pools:\n  a: {}\n\nrules: [{to: a}]\n"]
)
def test_a_new_pool_comes_with_its_driver_and_scope(text: str) -> None:
    new = NewRule({"account": "72*"}, "help: pages", "why, not", "contacts", {"channel": ["web"]})
    after = parse_policy(with_rule(text, new))
    pool = after.pools["help: pages"]
    assert (pool.driver, pool.scope, pool.because) == ("contacts", (("channel", ("web",)),), "why, not")
    assert after.rules[-1] == Rule("help: pages", (("account", ("72*",)),), because="why, not")
    assert len(after.pools) == len(parse_policy(text).pools) + 1


def test_a_pool_that_there_is_is_not_made_twice() -> None:
    with pytest.raises(PercontactError, match="'web' stands here twice"):
        with_rule("pools: {web: }\n", NewRule({"account": "1"}, "web", driver="contacts"))


def test_a_rule_to_no_pool_is_refused() -> None:
    with pytest.raises(PercontactError, match="which is not under `pools:`"):
        with_rule("pools: {web: }\n", NewRule({"account": "1"}, "wbe"))


def test_a_text_that_is_one_group_in_braces_is_left_to_a_person() -> None:
    with pytest.raises(PercontactError, match="written as one"):
        with_rule("{pools: {web: }}\n", NEW)


@given(account=st.text(max_size=20), because=st.text(max_size=40))
def test_whatever_is_typed_stays_what_it_was(account: str, because: str) -> None:
    """Signs that YAML gives a meaning to, quotes, blanks, other scripts: nothing of them is run or lost."""
    typed = NewRule({"account": account}, "web", because)
    if any(not c.isprintable() for c in account + because):
        return
    rule = parse_policy(with_rule("pools:\n  web: {}\n", typed)).rules[0]
    assert rule.because == because
    assert len(rule.match[0][1]) == 1
