"""The common WLANs: `wlans.yml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from roaming.model.base import Record, Slug, Ssid
from roaming.model.terms import Band, BandMode, FastTransition, Scheme


class Bands(Record):
    """What a WLAN offers on each band."""

    ghz_2_4: BandMode = Field(default=BandMode.OFF, alias="2.4")
    ghz_5: BandMode = Field(default=BandMode.OFF, alias="5")
    ghz_6: BandMode = Field(default=BandMode.OFF, alias="6")

    def mode(self, band: Band) -> BandMode:
        """Return what is offered on a band."""
        return {Band.GHZ_2_4: self.ghz_2_4, Band.GHZ_5: self.ghz_5, Band.GHZ_6: self.ghz_6}[band]


class FastRoaming(Record):
    """802.11r, k and v of a WLAN."""

    ft: FastTransition = FastTransition.OFF
    over_ds: bool = False
    neighbour_reports: bool = False
    bss_transition: bool = False


VlanName = Literal["staff", "visitors"]


class WlanVlans(Record):
    """Which of a site's VLANs the owner's staff and everybody else land in."""

    home_staff: VlanName = "staff"
    visitors: VlanName = "visitors"


class Wlan(Record):
    """A common WLAN. The scheme decides the AAA path: the federation, or GovWifi's own servers."""

    name: Slug
    ssid: Ssid
    scheme: Scheme
    bands: Bands
    fast_roaming: FastRoaming = FastRoaming()
    vlans: WlanVlans = WlanVlans()


class WlansFile(Record):
    """`wlans.yml`."""

    wlans: Annotated[tuple[Wlan, ...], Field(min_length=1)]
