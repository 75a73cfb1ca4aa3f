# SPDX-License-Identifier: Apache-2.0
"""Pictures of answers: one specification each, drawn by Vega in browsers and by vl-convert elsewhere."""

from percontact.report.charts.bars import Bar, bars
from percontact.report.charts.bridge import bridge
from percontact.report.charts.chart import Chart, Point
from percontact.report.charts.dots import Dot, dots
from percontact.report.charts.drawing import page_json, pdf, png, svg, vega
from percontact.report.charts.flow import Node, Ribbon, flow
from percontact.report.charts.heat import Square, heat
from percontact.report.charts.series import Happening, Moment, Range, Series
from percontact.report.charts.sparkline import sparkline
from percontact.report.charts.trend import trend

__all__ = [
    "bridge", "trend", "bars", "heat", "flow", "dots", "sparkline", "vega", "page_json", "svg", "png", "pdf",
    "Chart", "Point", "Bar", "Series", "Moment", "Range", "Happening", "Square", "Node", "Ribbon", "Dot",
]  # fmt: skip
