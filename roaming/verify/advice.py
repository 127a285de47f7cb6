"""Each reason in a word or two, and what to do about it, for the engineer on duty."""

from __future__ import annotations

from typing import Final

from roaming.eap import Reason

ADVICE: Final[dict[Reason, str]] = {
    Reason.ACCEPTED: "Nobody should be let in here: find out why this user is.",
    Reason.REJECTED_AT_HOME: "Let the home look in its RADIUS log for the identity: the probe's account or password.",
    Reason.REJECTED_BY_HUB: "Is the realm in the inventory, and was the hub pushed since? Else see the hub's log.",
    Reason.REJECTED_LOCALLY: "The visited borough's proxy turned it away: read why, then its visits.log.",
    Reason.REJECTED_BY_HOME_PROXY: "The home borough's proxy turned it away: read why, then its log.",
    Reason.REJECTED_UNNAMED: "Search the logs of the proxy and of both hubs for the identity.",
    Reason.CLIENT_CERTIFICATE_REFUSED: "Renew the probe's certificate, or add its CA to the home's client_trust.",
    Reason.METHOD_NOT_OFFERED: "Switch the method on at the home, or take it out of the borough's identity.eap.",
    Reason.CERTIFICATE_NOT_TRUSTED: "identity.trust lacks the CA behind the home's certificate, or it is a wrong one.",
    Reason.CERTIFICATE_NAME: "Bring identity.server_names and the names in the home's certificate together.",
    Reason.CERTIFICATE_EXPIRED: "Renew the home's EAP certificate today: no device of its staff gets in.",
    Reason.CERTIFICATE_UNFIT: "Look at the home's EAP certificate: key length, revocation, usage.",
    Reason.KEYS_DIFFER: "A proxy on the way drops or breaks MS-MPPE keys: compare the secrets of each hop.",
    Reason.ACCEPTED_UNKNOWN_USER: "Nobody should be let in here: find out why this user is.",
    Reason.NO_ANSWER: "Does RADIUS run there, and know the agent as a client, with the same secret? See `roam diff`.",
    Reason.NO_ANSWER_BEYOND: "The borough's own proxy is well. See the hubs, and the home's servers.",
    Reason.FELL_SILENT: "A server on the way went away or drops large packets: try again, then see the RadSec links.",
    Reason.TOO_SLOW: "Each answer comes late: measure the links between the hops, and the home's users' database.",
    Reason.NOTHING_LISTENS: "Start RADIUS on that server; `roam push` configures and starts it.",
    Reason.NO_ROUTE: "Mend the network between the agent and the proxy.",
    Reason.WRONG_SECRET: "Give agent and proxy the same RADIUS secret: `roam push`.",
    Reason.AGENT_UNREACHABLE: "Is the agent up, does it let our key in, is its host key known?",
    Reason.AGENT_BROKEN: "Install eapoltest on the agent (Debian: apt install eapoltest).",
    Reason.SECRET_MISSING: "Put the secret where --secrets or ROAM_SECRET_… says.",
    Reason.NO_PROXY: "Give the borough a server with role proxy, or share one with it.",
}

WORDS: Final[dict[Reason, str]] = {
    Reason.ACCEPTED: "accepted",
    Reason.REJECTED_AT_HOME: "rejected at home",
    Reason.REJECTED_BY_HUB: "rejected by hub",
    Reason.REJECTED_LOCALLY: "rejected here",
    Reason.REJECTED_BY_HOME_PROXY: "rejected there",
    Reason.REJECTED_UNNAMED: "rejected",
    Reason.CLIENT_CERTIFICATE_REFUSED: "probe refused",
    Reason.METHOD_NOT_OFFERED: "not offered",
    Reason.CERTIFICATE_NOT_TRUSTED: "not trusted",
    Reason.CERTIFICATE_NAME: "wrong name",
    Reason.CERTIFICATE_EXPIRED: "expired",
    Reason.CERTIFICATE_UNFIT: "unfit",
    Reason.KEYS_DIFFER: "keys differ",
    Reason.ACCEPTED_UNKNOWN_USER: "let in",
    Reason.NO_ANSWER: "no answer",
    Reason.NO_ANSWER_BEYOND: "no way there",
    Reason.FELL_SILENT: "fell silent",
    Reason.TOO_SLOW: "too slow",
    Reason.NOTHING_LISTENS: "no service",
    Reason.NO_ROUTE: "no route",
    Reason.WRONG_SECRET: "wrong secret",
    Reason.AGENT_UNREACHABLE: "no agent",
    Reason.AGENT_BROKEN: "agent broken",
    Reason.SECRET_MISSING: "no secret",
    Reason.NO_PROXY: "no proxy",
}
