# SPDX-License-Identifier: Apache-2.0
"""The same chart and table in Dash: `gunicorn dash_app:server`."""

from urllib.parse import parse_qs

import figures
from dash import Dash, Input, Output, dash_table, dcc, html

app = Dash(__name__, title="Average handle time by team")
server = app.server
months, channels = figures.choices()
app.layout = html.Div([
    dcc.Location(id="at"),
    html.Label("Month", htmlFor="month"),
    dcc.Dropdown(months, months[0], id="month", clearable=False),
    html.Label("Channel", htmlFor="channel"),
    dcc.Dropdown(channels, None, id="channel"),
    html.H1(id="title"),
    dcc.Graph(id="chart"),
    dash_table.DataTable(id="table"),
])  # fmt: skip


@app.callback(
    Output("title", "children"),
    Output("chart", "figure"),
    Output("table", "data"),
    Input("at", "search"),
    Input("month", "value"),
    Input("channel", "value"),
)
def show(search, month, channel):
    asked = parse_qs((search or "").lstrip("?"))
    month, channel = asked.get("month", [month])[0], asked.get("channel", [channel or ""])[0]
    rows = figures.by_team(month, channel)
    bars = {"type": "bar", "orientation": "h", "y": [r[0] for r in rows], "x": [r[2] for r in rows]}
    data = [{"Team": team, "Contacts": n, "Average handle time, s": round(mean, 1)} for team, n, mean in rows]
    return f"Average handle time by team, {month}", {"data": [bars]}, data
