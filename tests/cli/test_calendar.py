# SPDX-License-Identifier: Apache-2.0
"""percontact calendar: days that differ, and public holidays, as a user types it."""


def test_public_holidays_are_looked_at_then_added_then_undone(tiny, shell):
    """England 2026 has nine days: the eight of GOV.UK, and Boxing Day, a Saturday."""
    asked = ("-C", "books", "calendar", "holidays", "United Kingdom", "--subdivision", "England",
             "--from", "2026", "--to", "2026")  # fmt: skip
    seen = shell(*asked, "--preview")
    assert seen.code == 0
    assert "9 days would be added everywhere." in seen.out
    assert "Late Summer Bank Holiday" in seen.out
    assert shell(*asked, "--preview", "--json").json["new"] == 9
    added = shell(*asked)
    assert "Added 9 public holidays of United Kingdom, England, 2026 (import " in added.out
    listed = shell("-C", "books", "calendar", "list", "--year", "2026").out
    assert "9 days differ from the usual week in 2026" in listed
    assert "nothing changed" in shell(*asked).out
    number = added.err.split("--undo ")[1].split()[0]
    assert shell("-C", "books", "imports", "--undo", number).code == 0
    assert "No day differs" in shell("-C", "books", "calendar", "list", "--year", "2026").out


def test_an_unknown_subdivision_is_told_in_four_parts(tiny, shell):
    refused = shell("-C", "books", "calendar", "holidays", "Germany", "--subdivision", "Bavria")
    assert refused.code == 2
    assert refused.err.splitlines()[:3] == [
        "subdivision: 'Bavria' is no part of Germany whose holidays are known        E-ARG-01",
        "  Did you mean Bavaria?",
        "  percontact calendar countries DE lists them with their codes.",
    ]


def test_countries_and_their_subdivisions_are_listed(tiny, shell):
    assert "DE     Germany" in shell("-C", "books", "calendar", "countries").out
    assert "SCT    Scotland" in shell("-C", "books", "calendar", "countries", "GB").out


def test_programs_read_what_was_added(tiny, shell):
    """Germany's nine of 2026, then none of them again."""
    asked = ("-C", "books", "calendar", "holidays", "DE", "--from", "2026", "--to", "2026", "--json")
    first, then = shell(*asked).json, shell(*asked).json
    assert (len(first["added"]), first["there"]) == (9, [])
    assert first["import"] is not None
    assert (then["added"], then["there"], then["import"]) == ([], first["added"], None)


def test_a_file_is_for_the_preview(tiny, shell):
    refused = shell("-C", "books", "calendar", "holidays", "DE", "-o", "days.csv")
    assert refused.code == 2
    assert "are for --preview" in refused.err
