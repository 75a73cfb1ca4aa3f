# SPDX-License-Identifier: Apache-2.0
"""An answer in Python: a frame of any library, a page in a notebook, and text where it is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from percontact.report import frames
from percontact.report.document import Document
from percontact.report.forms import render

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow


class Framed:
    """What every answer in Python can become, by its document."""

    __slots__ = ()

    document: Document

    def to_arrow(self) -> pyarrow.Table:
        """Its rows as an Arrow table. Raises PercontactError E-LIB-01 without pyarrow."""
        return frames.to_arrow(self.document)

    def to_polars(self) -> polars.DataFrame:
        """Its rows as a Polars frame. Raises PercontactError E-LIB-01 without polars."""
        return frames.to_polars(self.document)

    def to_pandas(self) -> pandas.DataFrame:
        """Its rows as a pandas frame, money as Decimal. Raises PercontactError E-LIB-01 without pandas."""
        return frames.to_pandas(self.document)

    def _repr_html_(self) -> str:
        return frames.notebook_html(self.document)

    def __str__(self) -> str:
        return str(render(self.document, "text"))
