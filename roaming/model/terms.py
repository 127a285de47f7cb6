"""The words of the field that inventory files choose from."""

from __future__ import annotations

from enum import StrEnum


class Scheme(StrEnum):
    """Whose rules an SSID follows; it decides the AAA path."""

    GOVROAM = "govroam"
    GOVWIFI = "govwifi"
    EDUROAM = "eduroam"


class Transport(StrEnum):
    """How RADIUS travels: UDP (RFC 2865) or TLS (RFC 6614)."""

    UDP = "udp"
    RADSEC = "radsec"


class StatusCheck(StrEnum):
    """How a home server is asked whether it lives: Status-Server (RFC 5997), a request, or not at all."""

    STATUS_SERVER = "status-server"
    REQUEST = "request"
    NONE = "none"


class Role(StrEnum):
    """What a RADIUS server does: it answers for its users, or passes requests on, or both."""

    HOME = "home"
    PROXY = "proxy"


class EapMethod(StrEnum):
    """An EAP method as supplicants name it."""

    TLS = "tls"
    PEAP_MSCHAPV2 = "peap-mschapv2"


class Band(StrEnum):
    """A frequency band in GHz."""

    GHZ_2_4 = "2.4"
    GHZ_5 = "5"
    GHZ_6 = "6"


class BandMode(StrEnum):
    """The WPA-Enterprise generation offered on a band."""

    OFF = "off"
    WPA2 = "wpa2"
    WPA2_WPA3 = "wpa2-wpa3"
    WPA3 = "wpa3"


class FastTransition(StrEnum):
    """802.11r: not offered, offered as the vendor adapts it, or offered beside plain 802.1X."""

    OFF = "off"
    ADAPTIVE = "adaptive"
    MIXED = "mixed"


class Venue(StrEnum):
    """The 802.11 venue group, as far as councils have such buildings."""

    GOVERNMENT = "government"
    LIBRARY = "library"
    EDUCATION = "education"
    LEISURE = "leisure"
    COMMUNITY = "community"
    EMERGENCY = "emergency-coordination-centre"
