# SPDX-License-Identifier: Apache-2.0
"""Files that people write (YAML), as trees of text: nothing in them is run, and nothing is guessed.

Every scalar stays the text it is, so account 0610 is no octal number and `no` is not false.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml

Node = str | list["Node"] | dict[str, "Node"]
"""What such a file is made of; an empty value is the empty text."""


class NotYaml(ValueError):
    """The text is no YAML that we read.

    line  1 = first; 0 where it is not known
    """

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.what, self.line = what, line


class TextLoader(yaml.BaseLoader):
    """Builds text, lists and mappings only, and refuses a key that is given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a name must be one text", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"`{key.value}` is given twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_written(text: str) -> list[Node]:
    """The documents of a YAML text. Raises NotYaml."""
    try:
        return [tree or {} for tree in yaml.load_all(text, Loader=TextLoader)]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise NotYaml(error.problem or "this is no YAML", line) from error
    except yaml.YAMLError as error:
        raise NotYaml(" ".join(str(error).split()), 0) from error
