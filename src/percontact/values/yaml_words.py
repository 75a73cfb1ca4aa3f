# SPDX-License-Identifier: Apache-2.0
"""What a YAML parser says of a malformed file, in plain words: what stands there, and what was expected."""

from __future__ import annotations

import re

_WORDS = (
    (
        r"mapping values are not allowed here",
        "a name and its value stand where none can begin",
        "Look at the indentation of this line and the one above; put a text that has `: ` in it in quotes.",
    ),
    (r"could not find expected ':'", "a name has no `:` after it", "Write `name: value`."),
    (
        r"found character '\\t' that cannot start any token",
        "a tab stands where spaces are expected",
        "Indent with spaces.",
    ),
    (
        r"found character '(.)' that cannot start any token",
        r"a text begins with \1, which has a meaning of its own",
        "Put the text in quotes.",
    ),
    (
        r"expected alphabetic or numeric character.*|found undefined alias .*",
        "a text begins with * or &, which has a meaning of its own",
        "Put the text in quotes: '*board*'.",
    ),
    (
        r"expected <block end>, but found '<scalar>'",
        "something stands after the end of a text",
        "Look for a quote inside a quoted text: it is written twice, 'it''s'.",
    ),
    (
        r"expected <block end>, but found .*",
        "the line is not indented like the lines it stands with",
        "Begin lines of one part in one column.",
    ),
    (
        r"expected ',' or '(.)', but got '(?:<stream end>|.*)'",
        r"a comma or the closing \1 was expected",
        r"Close the bracket with \1; put a text that has a comma, a colon or a bracket in quotes.",
    ),
    (
        r"expected the node content, but found .*",
        "a value was expected",
        "Write the value, or close the bracket.",
    ),
    (
        r"found unexpected end of stream",
        "a quote is opened and not closed",
        "Close the quote; an apostrophe in single quotes is written twice.",
    ),
    (
        r"found unknown escape character .*",
        "a backslash stands in double quotes, where it has a meaning of its own",
        "Use single quotes.",
    ),
    (
        r"could not determine a constructor for the tag .*",
        "it asks for a kind of value with !",
        "Write plain text, numbers and lists; nothing in a file is run.",
    ),
)
"""(what the parser says, what is the matter, what to do)"""


def yaml_words(said: str) -> tuple[str, str]:
    """(what is the matter, what to do) for a parser's message; the message itself where it is not known.

    >>> yaml_words("found character '@' that cannot start any token")
    ('a text begins with @, which has a meaning of its own', 'Put the text in quotes.')
    """
    for pattern, what, do in _WORDS:
        if found := re.fullmatch(pattern, said):
            return found.expand(what), found.expand(do)
    return said, ""
