# SPDX-License-Identifier: Apache-2.0
"""The same chart and table in Streamlit: `streamlit run`."""

import figures
import pandas as pd
import streamlit as st

st.set_page_config(page_title="Average handle time by team", layout="wide")
months, channels = figures.choices()
asked = st.query_params
month = st.selectbox("Month", months, index=months.index(asked.get("month", months[0])))
channel = st.selectbox("Channel", ["", *channels], index=["", *channels].index(asked.get("channel", "")))
rows = pd.DataFrame(figures.by_team(month, channel), columns=["Team", "Contacts", "Average handle time, s"])
st.title(f"Average handle time by team, {month}")
st.bar_chart(rows, x="Team", y="Average handle time, s", horizontal=True)
st.table(rows)
