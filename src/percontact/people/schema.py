# SPDX-License-Identifier: Apache-2.0
"""The tables of the application's database, as the newest migration leaves them.

    people            who may sign in; never deleted, only switched off, so that the audit keeps its names
    identities        whom an OpenID provider means: issuer and subject -> person
    links             one-time links: the first Admin's, invitations, new passwords
    sessions          browsers that are signed in
    sign_ins          sign-ins begun at an OpenID provider and not come back yet
    waits             failed sign-ins by account and address, and until when the next one has to wait
    tokens            what programs sign in with
    views             saved views: an address of the app under a name
    events            what happened, to be drawn on time charts; event_changes is their history
    audit             who saw, changed and exported what; nothing in it can be changed or deleted

Of passwords only an argon2id hash is kept, of links, sessions and tokens only a SHA-256 hash.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
)

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


class Moment(TypeDecorator[datetime]):
    """An instant, kept as UTC without an offset, so that both databases order and compare it alike."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


METADATA = MetaData()


def _person(name: str = "person_id", *, nullable: bool = False) -> Column[int]:
    return Column(name, ForeignKey("people.id"), nullable=nullable, index=True)


PEOPLE = Table(
    "people",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("login", String(254), nullable=False),
    # The login in small letters: what has to be unique.
    Column("login_key", String(254), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(200)),
    Column("active", Boolean, nullable=False),
    Column("created", Moment, nullable=False),
)

IDENTITIES = Table(
    "identities",
    METADATA,
    Column("id", Integer, primary_key=True),
    _person(),
    Column("issuer", String(500), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("linked", Moment, nullable=False),
    UniqueConstraint("issuer", "subject", name="identities_once"),
)

LINKS = Table(
    "links",
    METADATA,
    Column("hash", String(64), primary_key=True),
    # None: the link of the first start, which makes the first Admin.
    _person(nullable=True),
    Column("made", Moment, nullable=False),
    Column("ends", Moment, nullable=False),
    Column("used", Moment),
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("hash", String(64), primary_key=True),
    _person(),
    Column("means", String(20), nullable=False),
    Column("address", String(64), nullable=False),
    Column("made", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("ends", Moment, nullable=False),
    Column("revoked", Moment),
)

SIGN_INS = Table(
    "sign_ins",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("browser", String(64), nullable=False),
    Column("nonce", String(100), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("back", String(2000), nullable=False),
    Column("ends", Moment, nullable=False),
)

WAITS = Table(
    "waits",
    METADATA,
    Column("whom", String(300), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)

TOKENS = Table(
    "tokens",
    METADATA,
    Column("id", Integer, primary_key=True),
    _person(),
    Column("hash", String(64), nullable=False, unique=True),
    Column("label", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("made", Moment, nullable=False),
    Column("ends", Moment, nullable=False),
    Column("used", Moment),
    Column("revoked", Moment),
)

VIEWS = Table(
    "views",
    METADATA,
    Column("id", Integer, primary_key=True),
    _person("owner_id"),
    Column("name", String(200), nullable=False),
    Column("address", String(4000), nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("made", Moment, nullable=False),
    UniqueConstraint("owner_id", "name", name="views_once"),
)

EVENTS = Table(
    "events",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("event", String(200), nullable=False),
    Column("kind", String(100)),
    Column("started_on", Date, nullable=False),
    Column("ended_on", Date),
    Column("channel", String(200)),
    Column("team", String(200)),
    Column("reason", String(200)),
    Column("note", String(2000)),
    _person("noted_by"),
    Column("noted", Moment, nullable=False),
    Column("removed", Moment),
)

EVENT_CHANGES = Table(
    "event_changes",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id"), nullable=False, index=True),
    _person(),
    Column("at", Moment, nullable=False),
    Column("act", String(20), nullable=False),
    Column("row", JSON, nullable=False),
)

AUDIT = Table(
    "audit",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    _person(nullable=True),
    Column("login", String(254), nullable=False),
    Column("means", String(20), nullable=False),
    Column("act", String(20), nullable=False),
    Column("what", String(2000), nullable=False),
    Column("detail", JSON, nullable=False),
    Column("address", String(64), nullable=False),
    Index("audit_by_time", "at"),
)
