# SPDX-License-Identifier: Apache-2.0
"""A chart of each kind, made once a run."""

import pytest

from percontact.report.charts import Chart
from percontact.report.charts.samples import samples


@pytest.fixture(scope="session")
def charts() -> dict[str, Chart]:
    """Kind -> chart."""
    return samples()
