"""A conversation that nothing is wrong with."""

from __future__ import annotations

from roaming.eap import Conversation, Nas, PasswordLogin, Server, Trusted

GOOD = Conversation(
    identity="roam-abc-1@camden.gov.uk",
    login=PasswordLogin("roam-probe@camden.gov.uk", "a password"),
    server=Server("camden-rad-1", "10.7.0.11", "a secret"),
    nas=Nas("camden-th-ap1", "02:00:0a:07:11:00", "govroam"),
    trusted=Trusted(("a CA",), ("radius.camden.gov.uk",)),
    timeout=5,
)
