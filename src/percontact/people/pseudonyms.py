# SPDX-License-Identifier: Apache-2.0
"""Pseudonyms of agents: below the Manager role an agent is "Agent K7Q2-9FMB" everywhere, and always the same.

Eight signs of HMAC-SHA-256 under the workspace's key, so a list of likely names cannot be tried without the
key, and two workspaces name the same agent differently. 40 bits: of 10,000 agents two share one in one of
20,000 workspaces; then `behind` names neither. Signs: Crockford's base 32, without I, L, O and U to misread.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
_FOR = b"percontact pseudonym of an agent\0"
"""What the key is used for here, so that hashes of customers, made with the same key, tell nothing."""


def pseudonym(key: bytes, agent: str) -> str:
    """The name under which an agent is shown to who may not see the real one.

    >>> pseudonym(b"workspace", "ada") == pseudonym(b"workspace", "ada") != pseudonym(b"other", "ada")
    True
    """
    number = int.from_bytes(hmac.new(key, _FOR + agent.encode(), hashlib.sha256).digest()[:5], "big")
    signs = "".join(SIGNS[number >> 5 * i & 31] for i in range(LENGTH))
    return f"Agent {signs[:4]}-{signs[4:]}"


def is_pseudonym(name: str) -> bool:
    """Whether a name has the form of a pseudonym.

    >>> is_pseudonym(pseudonym(b"k", "ada")), is_pseudonym("ada")
    (True, False)
    """
    return re.fullmatch(f"Agent [{SIGNS}]{{4}}-[{SIGNS}]{{4}}", name) is not None


def behind(key: bytes, name: str, agents: Iterable[str]) -> str | None:
    """Which of these agents a pseudonym stands for; None where it is none of them, or two.

    Only for who may see agents by name, or to look up what was asked for under the pseudonym.

    >>> behind(b"k", pseudonym(b"k", "ada"), ["bob", "ada"])
    'ada'
    """
    found = [agent for agent in agents if pseudonym(key, agent) == name]
    return found[0] if len(found) == 1 else None
