# SPDX-License-Identifier: Apache-2.0
"""A mapping: how the columns of someone else's file become the columns of a table, as data.

It is a YAML file. Every line is optional; nothing in it is ever run as code. All of it, by example:

```yaml
table: contacts             # refuse to be used for another table
encoding: cp1252            # default UTF-8, with or without a byte-order mark
delimiter: ";"              # default comma (.tsv: TAB); "\\t" or tab is TAB
quote: "'"                  # default "; empty: the file has no quotes
skip: 3                     # lines before the header
headers: [id, start, end]   # names that stand for the file's own header, one a column
sheet: Calls                # default: the first sheet
part: abandoned             # names this reading of a file that is read twice on purpose: made ids bear it
decimal: ","                # default: point
thousands: "."              # default: none; then 1.234 is refused or read as 1.234, never guessed
accounting: true            # (1,234.50) and 1,234.50- are negative
timezone: Europe/London     # of times without an offset; default: the workspace's
format: "%d/%m/%Y %H:%M"    # of dates and times (strptime); a list is tried in order; default ISO 8601
nulls: ["?", "NULL"]        # cells that mean "empty"; empty cells always do
columns:                    # column of the table, or a new dimension: where it comes from
  contact_id: Call ID                                     # a header
  outcome: [Result, Outcome]                              # the first of these headers that exists
  channel: {constant: voice}                              # the same value in every row, in ISO form
  started_at: {column: Start, format: "%d.%m.%Y %H:%M:%S", timezone: UTC}
  answered_at: {columns: [Date, Picked up], join: " ", format: "%y%m%d %H:%M:%S", nulls: ["0:00:00"]}
  handle_s: {column: Duration, unit: min}                 # s ms min h day hms hm; instants: epoch_s epoch_ms
  talk_s: {column: Talk (avg), times: Answered}           # an average and how many: stored is the total
  actor: {column: Who, values: {A: agent, B: bot}, else: aside}   # else: keep (default), null or aside
  agent: {column: Name, hash: true}                       # a keyed hash stands for the person
keep: all                   # further columns kept as dimensions: all (default), none, or a list of headers
where: {column: Result, not: [PHANTOM]}   # rows left out on purpose; `is: [...]` keeps only those; or a list
```

Headers are found whatever their case and the blanks around them. Options given with a column win over
those of the whole file. For tables with `period_start` and `period_end`, the left-hand names `date`, `month`
and `period` stand for the whole month the value lies in; for contacts, `date` stands for `started_at`.
"""

from __future__ import annotations

from collections.abc import Mapping as Pairs
from dataclasses import dataclass, field
from typing import Literal

Unit = Literal["s", "ms", "min", "h", "day", "hms", "hm", "epoch_s", "epoch_ms"]
Else = Literal["keep", "null", "aside"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the values of one column come from, and how they are written there.

    columns     headers that are joined, each a tuple of which the first existing one is taken; () = constant
    constant    the same text for every row, in ISO form, or None
    join        text between joined cells
    formats     strptime formats tried in order; None = those of the mapping
    timezone    IANA name for times without an offset; None = that of the mapping
    unit        unit of a duration or an epoch time; None = the column's own
    values      source value -> value of the table ("" = empty)
    otherwise   what a value not in `values` becomes: itself, empty, or a row set aside
    hashed      whether the value is personal and a keyed hash is stored
    nulls       further cells that mean empty
    times       header of the number the value is multiplied by, the first existing one; () = none
    decimal, thousands, accounting    as in the mapping; None = those of the mapping
    """

    columns: tuple[tuple[str, ...], ...] = ()
    constant: str | None = None
    join: str = " "
    formats: tuple[str, ...] | None = None
    timezone: str | None = None
    unit: Unit | None = None
    values: Pairs[str, str] = field(default_factory=dict)
    otherwise: Else = "keep"
    hashed: bool = False
    nulls: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    decimal: str | None = None
    thousands: str | None = None
    accounting: bool | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """Which rows are read: those whose cell is one of `only`, and none whose cell is one of `never`."""

    column: tuple[str, ...]
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one kind of file is read; `Mapping()` reads a file that has the table's own headers.

    name  name of the mapping file, for messages; text  its bytes as text, part of the content hash
    The other fields are the lines of the mapping file, as the module's example shows them.
    """

    name: str = ""
    text: str = ""
    table: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str = '"'
    skip: int = 0
    headers: tuple[str, ...] = ()
    sheet: str | None = None
    part: str = ""
    decimal: str = "."
    thousands: str = ""
    accounting: bool = False
    timezone: str | None = None
    formats: tuple[str, ...] = ()
    nulls: tuple[str, ...] = ()
    columns: Pairs[str, Origin] = field(default_factory=dict)
    keep: Literal["all", "none"] | tuple[str, ...] = "all"
    where: tuple[Condition, ...] = ()
