# SPDX-License-Identifier: Apache-2.0
"""Floor 3: files of others, read to the contract; every row lands or is set aside with its reason."""

from percontact.ingest.contents import content_hash
from percontact.ingest.frame import write_frame
from percontact.ingest.mapping import Mapping
from percontact.ingest.mapping_form import load_mapping
from percontact.ingest.person import person_hash
from percontact.ingest.read import read_file
from percontact.ingest.rules import problem_of

__all__ = [
    "read_file",
    "write_frame",
    "load_mapping",
    "content_hash",
    "person_hash",
    "problem_of",
    "Mapping",
]
