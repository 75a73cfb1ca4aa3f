# SPDX-License-Identifier: Apache-2.0
"""Nothing personal lands unasked: by headers in several languages, by values, and in the files' bytes."""

import gzip
import os
from pathlib import Path

import pytest

from percontact.ingest.personal import by_header
from percontact.records.tables import TABLES

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PERCONTACT_REAL_DATA", ROOT.parent / "shared" / "data"))


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("customer_name", "name"), ("first_name", "name"), ("vorname", "name"), ("nachname", "name"),
        ("apellidos", "name"), ("nom", "name"), ("cognome", "name"), ("achternaam", "name"),
        ("requester_email", "e-mail"), ("email", "e-mail"), ("e_mail", "e-mail"), ("correo", "e-mail"),
        ("phone_number", "phone"), ("telefono", "phone"), ("caller_number", "phone"), ("msisdn", "phone"),
        ("billing_address", "address"), ("anschrift", "address"), ("street", "address"),
        ("date_of_birth", "birth"), ("geburtsdatum", "birth"), ("client_ip", "ip"), ("ip_address", "ip"),
        ("iban", "account"), ("card_number", "account"), ("description", "words"), ("betreff", "words"),
        ("comentarios", "words"), ("requester_id", "id"), ("customer", "id"), ("kundennummer", "id"),
        ("user_id", "id"), ("cliente_id", "id"),
    ],
)  # fmt: skip
def test_a_header_that_names_a_person_is_known(header: str, kind: str) -> None:
    assert by_header(header, "contacts") == kind


@pytest.mark.parametrize(
    "header",
    [
        "team_name", "product_name", "address_type", "email_status", "phone_model", "message_count",
        "agent_id", "contact_id", "queue", "customer_segment", "customer_since", "site_name", "topic",
        "category", "status", "supplier_name", "priority", "subcategory", "phoneservice", "restaurant_id",
        "user_type",
    ],
)  # fmt: skip
def test_a_header_that_names_none_is_kept(header: str) -> None:
    assert by_header(header, "contacts") is None


PEOPLE = [
    ("Ada Lovelace", "ada@mail.example", "+44 20 7946 0958", "12 St James's Square Street", "203.0.113.7"),
    ("Grace Hopper", "grace@navy.example", "(212) 555-0142", "1 Vassar Street", "203.0.113.19"),
    ("Alan Turing", "alan@bletchley.example", "+49 30 901820", "7 Wilmslow Road", "198.51.100.4"),
    ("Edsger Dijkstra", "edsger@tue.example", "+31 40 247 9111", "3 Plataan Avenue", "198.51.100.40"),
    ("Barbara Liskov", "barbara@mit.example", "617-555-0199", "32 Vassar Street", "192.0.2.146"),
]


def contacts(columns: dict[str, list[str]], rows: int = 40) -> str:
    lines = [f"contact_id,started_at,channel,{','.join(columns)}"]
    for i in range(rows):
        cells = [values[i % len(values)].replace(",", " ") for values in columns.values()]
        lines.append(f"c-{i},2026-06-{1 + i % 28:02d} 09:00:00,voice,{','.join(cells)}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([p[1] for p in PEOPLE], "e-mail addresses"),
        ([p[2] for p in PEOPLE], "phone numbers"),
        ([p[4] for p in PEOPLE], "IP addresses"),
        ([f"{n} {p[3][2:]}" for n in range(8) for p in PEOPLE], "postal addresses"),
        (["4111 1111 1111 1111", "5500-0000-0000-0004", "340000000000009"], "card, bank or identity numbers"),
        (["DE89370400440532013000", "GB82WEST12345698765432", "FR1420041010050500013M02606"], "card, bank"),
        ([f"I called on day {n} and nobody could help me with it" for n in range(40)], "free text"),
        ([f"{a[0].split()[0]} {b[0].split()[1]}" for a in PEOPLE for b in PEOPLE], "names"),
    ],
)
def test_values_that_are_personal_are_left_out_whatever_the_header(
    desk, values: list[str], told: str
) -> None:
    """40 contacts with a column `field_7`"""
    staged = desk.read(contacts({"field_7": values, "topic": ["Invoice", "Delivery"]}))
    (note,) = [n for n in staged.notes if n.startswith("Left out as personal")]
    assert f"field_7 ({told}" in note
    assert "columns: {field_7: {column: field_7, hash: true}}" in note
    assert "Kept as dimensions: topic." in staged.notes
    assert "field_7" not in dict(staged.files[0].columns)


def test_one_address_after_thousands_of_codes_is_found(desk) -> None:
    """25,000 rows of three codes; the last row has an address"""
    text = contacts({"field_7": ["A", "B", "C"]}, rows=25_000) + "z,2026-06-01,voice,ada@mail.example\n"
    staged = desk.read(text)
    assert any("field_7 (e-mail addresses)" in n for n in staged.notes)


@pytest.mark.parametrize(
    "values",
    [
        ["support@acme.example", "billing@acme.example"] * 20,
        [f"INC{n:07d}" for n in range(40)],
        [f"2026-06-{1 + n % 28:02d} 09:{n:02d}:00" for n in range(40)],
        [f"{n}.{n}" for n in range(40)],
        ["Contract related", "Technical Support", "Payment related"],
        ["Queue for English speaking customers in the north", "Queue for everybody else in the country"],
        [str(1_000_000_000_000_000 + 7 * n) for n in range(40)],
        ["0030123456", "0030123457"],
    ],
)
def test_values_that_are_codes_are_kept(desk, values: list[str]) -> None:
    staged = desk.read(contacts({"field_7": values}, rows=1000))
    assert "Kept as dimensions: field_7." in staged.notes


def test_free_text_under_its_header_is_left_out_but_codes_under_it_are_kept(desk) -> None:
    """`subject` with 4 values in 200 rows is a code; `description` with a value a row is not."""
    text = contacts({"subject": ["Invoice", "Delivery", "Refund", "Other"],
                     "description": [f"text {n}" for n in range(200)]}, rows=200)  # fmt: skip
    staged = desk.read(text)
    assert "Kept as dimensions: subject." in staged.notes
    assert any("description (free text)" in n for n in staged.notes)


def test_ids_of_customers_under_other_names_become_keyed_hashes(desk) -> None:
    staged = desk.read(contacts({"requester_id": ["4711", "4712"], "Customer": ["Meier & Co"]}))
    assert set(desk.rows(staged, "length(requester_id), length(customer)", "")) == {(20, 20)}
    assert any("keyed hashes" in n and "requester_id, customer" in n for n in staged.notes)


def test_what_a_mapping_names_is_kept_as_it_says(desk) -> None:
    text = contacts({"Caller": [p[0] for p in PEOPLE], "E-Mail": [p[1] for p in PEOPLE], "topic": ["x"]})
    hashed = desk.read(text, mapping="columns: {caller: {column: Caller, hash: true}}")
    assert [len(v) for (v,) in desk.rows(hashed, "caller")] == [20] * 40
    kept = desk.read(text, mapping="columns: {mail: E-Mail}")
    assert ("ada@mail.example",) in desk.rows(kept, "mail")
    assert [p.code for p in kept.suspicions] == ["W-PERSON-01"]
    assert "topic" in dict(kept.files[0].columns)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_id_of_a_customer_in_the_contracts_is_stored_as_a_hash(table: str) -> None:
    for column in TABLES[table].columns:
        if column.name in ("customer_id", "organisation_id"):
            assert column.kind == "person"


def test_no_name_mail_or_number_is_in_the_bytes_of_any_file_written(desk) -> None:
    """Five people, by name, mail, phone, street, IP, id and words; the files are looked at unpacked."""
    columns = {
        "customer_id": [p[1] for p in PEOPLE], "Name": [p[0] for p in PEOPLE],
        "mail": [p[1] for p in PEOPLE],
        "Telefon": [p[2] for p in PEOPLE], "Strasse": [p[3] for p in PEOPLE],
        "remote": [p[4] for p in PEOPLE],
        "Notes": [f"{p[0]} of {p[3]} rang again and again about it" for p in PEOPLE],
    }  # fmt: skip
    staged = desk.read(contacts(columns))
    words = {w.lower() for p in PEOPLE for cell in p for w in [cell, *cell.split()] if len(w) > 4}
    for path in (p for f in staged.files for p in (f.path, f.cube) if p):
        assert held(desk, path) & words == set()


def held(desk, path: Path) -> set[str]:
    """Every text in a Parquet file, words and whole, in small letters."""
    import duckdb

    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        rows = con.execute(f"SELECT * FROM read_parquet('{path}')").fetchall()
    texts = {str(v).lower() for row in rows for v in row if isinstance(v, str)}
    raw = path.read_bytes().decode("latin-1").lower()
    return texts | {w for t in texts for w in t.split()} | {w for w in raw.split() if len(w) < 60}


@pytest.mark.real
@pytest.mark.skipif(not DATA.is_dir(), reason=f"no real data in {DATA}; set PERCONTACT_REAL_DATA")
def test_no_words_of_the_tickets_land(desk) -> None:
    """support_tickets_synthetic_8469: descriptions and resolutions are sentences, one a ticket"""
    mapping = "columns: {case_id: Ticket ID, opened_at: {column: Date of Purchase, format: '%m/%d/%Y'}}"
    path = DATA / "support_tickets_synthetic_8469.csv.gz"
    assert b"Please assist." in gzip.decompress(path.read_bytes())
    staged = desk.read(path, "cases", mapping=mapping)
    texts = {t for f in staged.files for t in held(desk, f.path)}
    assert not any("please assist" in t or "product_purchased}" in t for t in texts)
    assert not any(t.count(" ") > 6 for t in texts if t.isprintable())


STAFF = "contact_id,started_at,{header}\n" + "".join(f"c{n},2026-06-01,{{0[{n}]}}\n" for n in range(4))


@pytest.mark.parametrize("header", ["agent", "Agent", "Employee"])
def test_names_of_staff_become_keyed_hashes_and_their_codes_stay(desk, header: str) -> None:
    """Four contacts, by name and by code"""
    named = desk.read(STAFF.format(["Priya Nair", "Tom O'Neil", "LEFÈVRE Hélène", "Diane"], header=header))
    column = header.lower()
    assert {len(v) for (v,) in desk.rows(named, column)} == {20}
    assert f"Names of people are stored as keyed hashes, codes as they are: {column}." in named.notes
    coded = desk.read(STAFF.format(["A17", "A18", "A17", "B2"], header=header))
    assert ("A17",) in desk.rows(coded, column)


def test_an_agent_is_stored_alike_whoever_else_is_in_the_file(desk) -> None:
    """Diane among names, and among codes; A17 the same. A file decided for all of its agents at once."""
    among_names = desk.read(STAFF.format(["Diane", "Tom O'Neil", "Priya Nair", "A17"], header="agent"))
    among_codes = desk.read(STAFF.format(["Diane", "A17", "A18", "B2"], header="agent"))
    one, other = ([v for (v,) in desk.rows(staged, "agent")] for staged in (among_names, among_codes))
    assert one[0] == other[0]
    assert len(one[0]) == 20
    assert one[3] == other[1] == "A17"


def test_a_name_beside_a_queue_in_one_cell_is_noticed(desk) -> None:
    staged = desk.read(
        STAFF.format(
            ["Sales / Priya Nair", "Sales / A17", "Sales", "Help / Tom O'Neil"], header="Queue / Agent"
        )
    )
    (first, second, _, last) = [v for (v,) in desk.rows(staged, "queue_agent")]
    assert (len(first), len(last), second) == (20, 20, "Sales / A17")


def test_an_agent_whom_a_survey_names_is_a_keyed_hash(desk) -> None:
    text = "survey_id,sent_at,kind,score,Agent\ns1,2026-06-01,csat,5,Priya Nair\n"
    staged = desk.read(text, "surveys")
    assert [len(v) for (v,) in desk.rows(staged, "agent")] == [20]


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Salarié", ["LEFÈVRE Hélène", "MARTIN Paul"]),
        ("Matricule", ["00123", "00124"]),
        ("ni_number", ["x", "y"]), ("National Insurance Number", ["x"]), ("nir", ["x"]), ("ssn", ["x"]),
        ("Tax ID", ["x"]), ("Payroll No", ["1"]), ("N° de sécurité sociale", ["x"]),
        ("field_7", ["QQ123456C", "AB 12 34 56 D", "QQ223456A", "QQ323456B"]),
        ("field_7", ["123-45-6789", "223-45-6789", "323-45-6789"]),
        ("field_7", ["1850578006084", "2900775123456", "1721133063123", "2640159350111"]),
        ("field_7", ["185057800608436", "290077512345690", "172113306312345"]),
        ("What could we improve?", ["Nothing", "Call me on 020 7946 0958"]),
        ("comment_text", ["Good", "Bad"]),
        ("Feedback", ["Good", "Bad"]),
    ],
)  # fmt: skip
def test_papers_names_of_staff_and_words_are_left_out(desk, header: str, values: list[str]) -> None:
    """400 contacts in which the values come again and again"""
    staged = desk.read(contacts({header: values, "topic": ["Invoice"]}, rows=400))
    assert [n for n in staged.notes if n.startswith("Left out as personal") and header in n]
    assert "Kept as dimensions: topic." in staged.notes


def test_moments_in_milliseconds_are_no_papers(desk) -> None:
    values = [str(1_705_000_000_000 + 86_400_123 * n) for n in range(10)]
    staged = desk.read(contacts({"field_7": values}, rows=400))
    assert "Kept as dimensions: field_7." in staged.notes
