# SPDX-License-Identifier: Apache-2.0
"""Floor 2: the table contracts, and the Book that names their files."""

from percontact.records.book import Book, BookFile, Settings, Source
from percontact.records.column import Column, Table
from percontact.records.tables import TABLES

__all__ = ["TABLES", "Book", "BookFile", "Column", "Settings", "Source", "Table"]
