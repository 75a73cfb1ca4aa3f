# SPDX-License-Identifier: Apache-2.0
"""What an export may lack, in words the product knows, and what follows from each."""

from __future__ import annotations

LACKS = {
    "handle time": "time-driven cost has nothing to go by; `unit_times:` of the policy can stand in",
    "talk time": "handle time is not split into talk, hold and work after the contact",
    "abandonment": "a customer who left unserved is not seen, so every contact counts as handled",
    "single contacts": "a case stands for one contact; who writes again to an open case is not counted again",
    "channel": "the way contacts came in is not known",
    "waiting time": "time to answer is not known",
    "outcome": "how a contact ended is not known, so nothing can be counted per resolution",
    "first reply": "time to first reply is not known",
    "resolution": "when or whether a case was resolved is not known",
    "reopens": "how often a case was opened again is not known",
    "customer": "contacts cannot be counted per customer, nor repeats be seen",
    "agent": "who handled a contact is not known",
    "reason": "what a contact was about is not known",
    "messages": "how many messages were exchanged is not known",
    "cost": "what the vendor charged for it is not in the export",
    "cost centre": "rules of the policy can go by account, vendor and text only",
    "vendor": "rules of the policy cannot go by who was paid",
}
"""What an export may lack -> what follows. The product says so wherever a figure depends on it."""
