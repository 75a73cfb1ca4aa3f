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
header: [Date, Amount]      # the header is the first line with these cells, whatever stands above it
                            # none: the file has no header line at all; `headers:` names its columns
ragged: pad                 # a row too short for the header ends in empty cells; default: it is set aside
sheet: Calls                # default: the only sheet that is shown and holds rows
part: abandoned             # names this reading of a file that is read twice on purpose: made ids bear it
decimal: ","                # default: point
thousands: "."              # default: none; then 1.234 is refused or read as 1.234, never guessed
accounting: true            # (1,234.50) and 1,234.50- are negative; a currency beside a number is passed over
timezone: Europe/London     # of times without an offset; default: the workspace's
format: "%d/%m/%Y %H:%M"    # of dates and times (strptime); a list is tried in order; default ISO 8601
nulls: ["?", "NULL"]        # cells that mean "empty"; empty cells always do
columns:                    # column of the table, or a new dimension: where it comes from
  contact_id: Call ID                                     # a header
  outcome: [Result, Outcome]                              # the first of these headers that exists
  channel: {constant: voice}                              # the same value in every row, in ISO form
  started_at: {column: Start, format: "%d.%m.%Y %H:%M:%S", timezone: UTC}
  answered_at: {columns: [Date, Picked up], join: " ", format: "%y%m%d %H:%M:%S", nulls: ["0:00:00"]}
  ended_at: {column: Start, plus: Minutes, unit: min}     # a moment and a length of time: a later moment
  handle_s: {column: Duration, unit: min}                 # s ms min h day hms hm; of instants:
                                                          # epoch_s epoch_ms excel_day julian_day
  wrap_s: Wrap-up                                         # 1:02:03 or 18m 50s need no unit; a day is 24 h
  talk_s: {column: Talk (avg), times: Answered}           # an average and how many: stored is the total
  actor: {column: Who, values: {A: agent, B: bot}, else: aside}   # else: keep (default), null or aside
  agent: {column: Name, hash: true}                       # a keyed hash stands for the person; `names`: where
                                                          # the cell is a name, while codes stay
optional: [agent, team]     # left out where the file has none of their headers; all: any but needed ones;
                            # where: conditions (`not`, `unlike`) about headers that the file does not have
keep: all                   # further columns kept: all but personal ones (default), none, or a list
where: {column: Result, not: [PHANTOM]}   # rows left out on purpose; `is: [...]` keeps only those; or a list
```

A condition names a `column:` (or several names of it) and one or more of: `is: [...]` and `not: [...]` (the
cell is, or is not, one of these), `blank: true` or `false`, `matches: REGEX` and `unlike: REGEX` (RE2, found
anywhere in the cell). All that is said must hold. Several conditions are a list, and all must hold. Rows that
`where:` leaves out are set aside with their text (E-SKIP-01), so a total is neither counted twice nor lost.

What ledgers need, by example:

```yaml
source: Some accounting program, journal (CSV)    # said on the receipt
evidence: its manual, 2026                        # how the columns below are known
recognise: {headers: [Posting day, [Debit, Soll]]}    # headers such a file must have; a list: one of them
lacks: [the cost centre]                               # what such a file cannot tell; said on the receipt
skip: 1
unpivot: {columns: [January, February], name: month, value: amount}    # or a REGEX of headers
headings: {column: Date, name: Heading, when: {column: Amount, blank: true}}    # accounts on rows of theirs
columns:
  line_id: {column: Entry, digits: 6}                     # zeros put before: 42 is 000042
  period_start: {column: Posting day, format: "%d%m", since: {line: 1, cell: 3}}    # the year is not said
  currency: {column: Currency, or: {above: {line: 1, cell: 5}}}    # another origin where it is empty
  account: {column: Account, match: "^([0-9]+) ", fill: down}    # the first group; empty: as the row above
  amount: {column: Debit, minus: Credit, negative: {column: Kind, is: [Reversal]}, factor: 0.5}
  text: {column: Text, when: {column: Kind, unlike: "^Total"}}   # empty in the rows where that does not hold
  effective: {column: Gross pay, plus: [Employer tax, Pension]}   # pay and what the employer pays besides
where: [{column: Entry, blank: false}, {column: Text, unlike: "(?i)^(sub)?total"}]
```

- In one column the order is: cells joined, `digits`, `match`, `when`, `fill`, `values`, then the value, with
  `plus`, less `minus`, `times`, `factor`, `negative`; last `or`, where all that gave nothing.
- `unpivot` makes one row of each listed column: its header becomes the column `name:`, its cell the column
  `value:`, and both can be used like headers of the file. Empty cells make no row; the receipt counts them.
- `headings` is for files in which an account (a person, a day) stands on a row of its own, above the rows it
  is for. A row is a heading where `column:` is not empty and all of `when:` holds. It is set aside as such
  (E-SKIP-01), and its text stands in each row below it, down to the next heading, as the new column `name:`,
  which can be used like a header of the file. `column: [Code, Name]` joins what stands in several. With
  `until: {column: Date, matches: "^Total"}` it holds down to such a row only.

What event logs and JSON need, by example:

```yaml
records: data.items      # JSON: the path to the list of records; members of members are headers: via.channel
explode: participants    # one row for each element of that list
group: {by: [Case ID], order: Complete Timestamp}    # the rows of a case become one, read in this order
columns:
  case_id: Case ID          # without `take:` the last value; the receipt says where rows of a group differ
  opened_at: {column: Complete Timestamp, take: first}     # first last min max sum count distinct any
  resolved_at: {column: Complete Timestamp, take: last, when: {column: Activity, is: [Resolved]}}
  reopens: {column: Activity, take: count, when: {column: Activity, is: [Reopened]}}
```

- `group` reads the rows that agree in `by:` (one or more headers) in the order of `order:`, a header or a
  whole origin (`{column: time, unit: epoch_s}`); equal times keep the order of the file. Empty cells are
  passed over: `first` is the first value there is. `sum`, `min` and `max` read values, not text. `any` is
  true or false: whether a row has a value at all.
- `group: {..., until: NAME, since: NAME}` adds columns: seconds to the next row of the group, and from the
  one before. With `when:` and `take: sum` they say how long a case stood in a state. Work told so is derived.
- `group: {..., keep: last}` (or `first`) keeps one row of each group as it is and sets the others aside
  (E-SKIP-02): newer copies of a record replace older ones. `keep: all` keeps every row.
- Rows seen = rows landed + rows merged into them + rows set aside. A row made of many names their lines in
  `source_lines`, and `percontact imports` counts them.

Headers are found whatever their case and the blanks around them. Options given with a column win over
those of the whole file. For tables with `period_start` and `period_end`, the left-hand names `date`, `month`
and `period` stand for the whole month the value lies in, and `day` for that day; for contacts, `date` stands
for `started_at`.
"""

from __future__ import annotations

from collections.abc import Mapping as Pairs
from dataclasses import dataclass, field
from typing import Literal, Self

Unit = Literal["s", "ms", "min", "h", "day", "hms", "hm", "epoch_s", "epoch_ms", "excel_day", "julian_day"]
Else = Literal["keep", "null", "aside"]
Take = Literal["first", "last", "min", "max", "sum", "count", "distinct", "any"]
Kept = Literal["one", "first", "last", "all"]

MOMENTS: tuple[Unit, ...] = ("epoch_s", "epoch_ms", "excel_day", "julian_day")
"""Units that count up to a moment; the others count a length of time."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a cell must be: all that is said must hold.

    column   header, the first existing one of several
    only, never      one of these; none of these
    blank            whether it is empty; None = either
    matches, unlike  RE2 patterns found, or not found, anywhere in the cell; "" = any
    """

    column: tuple[str, ...]
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    blank: bool | None = None
    matches: str = ""
    unlike: str = ""


@dataclass(frozen=True, slots=True)
class Above:
    """A cell above the header: line of the file and cell in it, both from 1."""

    line: int
    cell: int


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
    hashed      whether the value is personal and a keyed hash is stored; "names": where it is a name
    nulls       further cells that mean empty
    times       header of the number the value is multiplied by, the first existing one; () = none
    decimal, thousands, accounting    as in the mapping; None = those of the mapping
    plus        headers of numbers that are added, each a tuple of which the first existing one is taken
    minus       header of a number that is taken off, the first existing one; () = none
    factor      exact decimal number the value is multiplied by, as text; "" = 1
    negative    the sign is turned once for each of these that holds
    above       the cell above the header that stands in every row, or None
    since       ISO day, or the cell above the header that says one: days without a year are the first from it
    digits      zeros are put before a shorter text; 0 = none
    match       RE2 pattern: its groups, joined, or all it matches, is the text; "" = all
    when        rows in which all of these hold; empty in others
    instead     where the values come from where this origin gives none, or None
    fill        whether an empty cell is as the last one above that was not
    take        which value of a group of rows; None = the one they share
    """

    columns: tuple[tuple[str, ...], ...] = ()
    constant: str | None = None
    join: str = " "
    formats: tuple[str, ...] | None = None
    timezone: str | None = None
    unit: Unit | None = None
    values: Pairs[str, str] = field(default_factory=dict)
    otherwise: Else = "keep"
    hashed: bool | Literal["names"] = False
    nulls: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    decimal: str | None = None
    thousands: str | None = None
    accounting: bool | None = None
    plus: tuple[tuple[str, ...], ...] = ()
    minus: tuple[str, ...] = ()
    factor: str = ""
    negative: tuple[Condition, ...] = ()
    above: Above | None = None
    since: str | Above | None = None
    digits: int = 0
    match: str = ""
    when: tuple[Condition, ...] = ()
    instead: Self | None = None
    fill: bool = False
    take: Take | None = None


@dataclass(frozen=True, slots=True)
class Unpivot:
    """Columns that become rows: those listed, or those whose header a pattern matches.

    name, value  what the column of their headers and that of their cells are called
    """

    columns: tuple[str, ...]
    pattern: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Headings:
    """Rows that are headings of the rows below them.

    columns  headers, each the first existing one of several; what stands in them, joined, is the heading
    name     what the new column is called that holds it in the rows below
    when     a row is a heading where all of these hold and one of `columns` is not empty
    until    where all of these hold, the rows below have no heading until the next; () = nowhere
    """

    columns: tuple[tuple[str, ...], ...]
    name: str
    when: tuple[Condition, ...] = ()
    until: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together: those that agree in `by`, in the order of a column.

    by     headers, each the first existing one of several
    order  where the rows stand in their group; None = in the order of the file
    keep   one: they become one row, each column by its `take:`; first, last: one of them stands for all and
           the others are set aside; all: they stay, and only `until` and `since` are added
    until  name of a further column: seconds to the next row of the group, empty in the last; "" = none
    since  name of a further column: seconds from the row before, empty in the first; "" = none
    """

    by: tuple[tuple[str, ...], ...]
    order: Origin | None = None
    keep: Kept = "one"
    until: str = ""
    since: str = ""


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
    unpivot: Unpivot | None = None
    headings: Headings | None = None
    group: Group | None = None
    records: str = ""
    explode: str = ""
    source: str = ""
    evidence: str = ""
    recognise: tuple[tuple[str, ...], ...] = ()
    lacks: tuple[str, ...] = ()
    header: bool = True
    header_has: tuple[tuple[str, ...], ...] = ()
    ragged: Literal["aside", "pad"] = "aside"
    optional: Literal["none", "all"] | tuple[str, ...] = "none"
