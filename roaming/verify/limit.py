"""What `--limit` leaves of a verification: a borough, a site, an access point or a proxy of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roaming.errors import VerifyError

if TYPE_CHECKING:
    from roaming.model.borough import Borough
    from roaming.model.network import Network


@dataclass(frozen=True, slots=True)
class Limit:
    """Where users are tried; each empty field is no limit."""

    borough: str = ""
    site: str = ""
    access_point: str = ""
    proxy: str = ""

    def includes(self, visited: Borough) -> bool:
        """Whether a visited borough is part of it."""
        return self.borough in ("", visited.slug)


def parse_limit(network: Network, text: str | None) -> Limit:
    """Read `borough[/site[/access-point]]` or `borough/proxy`; raise `VerifyError` for what is not there."""
    if not text:
        return Limit()
    slug, *rest = text.split("/")
    borough = network.boroughs_by_slug.get(slug)
    if borough is None:
        message = f"--limit {text}: there is no borough '{slug}'"
        raise VerifyError(message)
    if not rest:
        return Limit(slug)
    if len(rest) == 1 and rest[0] in {proxy.name for proxy in network.proxies(borough)}:
        return Limit(slug, proxy=rest[0])
    site = next((site for _, site in network.sites() if site.slug == rest[0] and site.owner == slug), None)
    points = {point.name for point in site.standalone} if site else set()
    if site is None or len(rest) > 2 or (len(rest) == 2 and rest[1] not in points):  # noqa: PLR2004  site, device
        message = f"--limit {text}: {borough.borough.name} has no such site, access point or proxy"
        raise VerifyError(message)
    return Limit(slug, site=rest[0], access_point=rest[1] if len(rest) == 2 else "")  # noqa: PLR2004  likewise
