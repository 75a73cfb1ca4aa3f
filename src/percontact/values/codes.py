# SPDX-License-Identifier: Apache-2.0
"""Every error code: what it means, why it is raised, what to do. The help page of a code comes from here."""

from __future__ import annotations

CODES: dict[str, tuple[str, str, str]] = {
    # code: (title, what it means and why, what to do)
    "E-WS-01": ("No workspace here", "The folder holds no percontact workspace.", "Name one with -C DIR, or make one: percontact init DIR --currency EUR --timezone Europe/Berlin."),
    "E-WS-02": ("Workspace exists already", "The folder holds a workspace; making another would hide it.", "Use it as it is, or choose another folder."),
    "E-WS-03": ("Workspace of another version", "The workspace was written by a newer percontact.", "Update percontact: pip install --upgrade percontact."),
    "E-WS-04": ("Workspace is damaged", "A file of the workspace is missing or was changed by something other than percontact.", "Bring the folder back from a backup."),
    "E-WS-05": ("Workspace is locked", "Another program has kept the workspace locked for a minute. Writers take turns, and a turn lasts milliseconds.", "End the other program, then try again. Nothing was changed."),
    "E-WS-06": ("Import is not in the Book any more", "The import was replaced or undone before; only a live one can be.", "`percontact imports` lists the live ones."),
    "E-WS-07": ("Period is closed", "Its figures were reported and are pinned to what they came from.", "Reopen it first, and say why; the figures that were reported stay as history."),
    "E-ARG-01": ("Unknown name", "A dimension, column or value named in the call is not in the data.", "Use one of the names listed in the message."),
    "E-ARG-02": ("Not a period", "The text names no day, week, month, quarter or year.", "Write 2026-03-09, 2026-W11, 2026-03, 2026-Q1, 2026, FY2026-Q1 or FY2026."),
    "E-ARG-03": ("Cannot be asked together", "Two parts of the call contradict each other.", "Leave one of them out."),
    "E-DATA-01": ("Data is missing", "The question needs a table that has no rows.", "Import it: percontact import TABLE FILE."),
    "E-FILE-01": ("File not found", "No file of that name can be read.", "Check the path."),
    "E-FILE-02": ("File is not UTF-8", "The bytes are no valid UTF-8, and guessing an encoding can change names and amounts.", "Set `encoding:` in a mapping file, e.g. encoding: cp1252."),
    "E-FILE-03": ("Unknown kind of file", "Only CSV, TSV, Excel and Parquet are read.", "Export the data as one of those."),
    "E-FILE-04": ("Columns are missing", "The file lacks a column the table must have.", "Rename the header, or say in a mapping file which column it is."),
    "E-FILE-05": ("Rows do not add up", "The independent row counter and the reader disagree, so a row could have been lost. Nothing was imported.", "Look at quotes and line ends near the named line; set `delimiter:` and `quote:` in a mapping file."),
    "E-FILE-06": ("File cannot be read", "The file is damaged or not what its name says.", "Export it again."),
    "E-FILE-07": ("Same name, other content", "A file of this name was imported before with other content. Reading it could count rows twice.", "Say which you mean: --replace (the new content stands for the old) or --add (both count)."),
    "E-FILE-08": ("File cannot be written", "The folder is missing or may not be written to.", "Name another place, or make the folder first."),
    "E-MAP-01": ("Mapping is malformed", "The mapping file does not follow the form.", "See docs/reference/mapping.md."),
    "E-MAP-02": ("Mapping names an unknown column", "The mapping speaks of a column the file or the table does not have.", "Use a header of the file on the right and a column of the table on the left."),
    "E-ROW-01": ("Row has the wrong number of cells", "The row has more or fewer cells than the header, so its values may stand under wrong names.", "Look for an unquoted delimiter in the row."),
    "E-ROW-02": ("A needed value is empty", "The column must not be empty.", "Fill it in, or set a constant in a mapping file."),
    "E-SKIP-01": ("Left out by the mapping", "The mapping's `where:` leaves such rows out on purpose. They are counted, so that rows in = rows landed + rows set aside.", "Do nothing if this is meant; else change `where:` in the mapping file."),
    "E-TYPE-01": ("Not a number", "The cell cannot be read as the number its column needs.", "Check decimal sign and unit; set `decimal:` or `unit:` in a mapping file."),
    "E-TYPE-02": ("Not one of the allowed values", "The column takes only the values listed.", "Translate the source's values with `values:` in a mapping file."),
    "E-TYPE-03": ("Not a currency", "A currency is an ISO 4217 code of three letters.", "Translate the source's values with `values:` in a mapping file."),
    "E-TIME-01": ("Not a date or time", "The cell cannot be read as a date or time, or the day does not exist.", "Set `format:` in a mapping file, e.g. format: '%d/%m/%Y %H:%M'."),
    "E-TIME-02": ("Times in the wrong order", "A time lies before one it must follow.", "Often the two columns are in different time zones: set `timezone:` in a mapping file."),
    "E-TIME-03": ("A local time that never was", "Clocks were set forward over this time, so no such moment exists.", "Set the `timezone:` the file really uses in a mapping file."),
    "E-RANGE-01": ("Number out of bounds", "The number lies below the smallest allowed value.", "Check the sign and the unit of the column."),
    "E-ID-01": ("Already there", "A row with this id was landed before; counting it twice would be wrong.", "To correct landed rows, import the corrected file with --replace."),
    "E-POL-01": ("Policy is malformed", "policy.yaml does not follow the form.", "See docs/reference/policy.md; `percontact policy check` shows what each rule catches."),
    "E-POL-02": ("Policy names something unknown", "A rule or pool names a pool, driver, group or column that does not exist.", "Use one of the names listed."),
    "E-POL-03": ("Shared pools feed each other", "Direct and step-down need an order in which no pool gives back; these pools form a circle.", "Set `shared: {method: reciprocal}` or put them in order."),
    "E-FX-01": ("Exchange rate is missing", "A ledger amount is in another currency and there is no rate for its month. A rate is never carried forward.", "Import it: percontact import fx FILE."),
    "E-FX-02": ("Two exchange rates for one day", "Two different rates of one currency hold on the same days, so what an amount is worth is not certain.", "Keep one of them: undo the import of the other, or correct the file and import it with --replace."),
    "E-REC-01": ("Does not reconcile", "Assigned + unused + unassigned is not the ledger, to the cent. This is a fault of ours; no figure is shown.", "Please report it with the output of `percontact check --json`."),
    "E-LIB-01": ("An optional library is missing", "This answer needs a library that is not part of the core install.", "Install it: pip install 'percontact[frames]'."),
    "E-OWN-01": ("A fault of ours", "Something happened that percontact did not foresee. Your data is as it was before the command.", "Please report it with the lines above."),
}  # fmt: skip
"""code -> (title, meaning and cause, remedy)."""
