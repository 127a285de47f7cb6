"""Write the screenshots of docs: `python -m tests.monitor.web.screenshots [NAME URL]`.

Without arguments they show a made-up London, healthy and with Hackney's only sign-in server stopped. With a name and
the address of a running `roam-monitor serve` they show that: docs/screenshots/NAME-….png.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from monitor.web import web
from tests.monitor.web.browser import chromium, serving, sized
from tests.monitor.web.london import NOW, healthy, london, without_home
from tests.monitor.web.png import smaller

if TYPE_CHECKING:
    from selenium import webdriver

FOLDER: Final = Path(__file__).parents[3] / "docs" / "screenshots"
DESKTOP: Final = (1280, 860)
PHONE: Final = (390, 844)
PAGES: Final = {"boroughs": "/", "borough": "/borough/hackney", "building": "/building/hackney/town-hall"}


def shoot(browser: webdriver.Chrome, name: str, address: str) -> None:
    """Write each page as a desktop and a phone show it."""
    for page, path in PAGES.items():
        for device, size in (("desktop", DESKTOP), ("phone", PHONE)):
            sized(browser, *size)
            browser.get(address + path)
            taken = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
            (FOLDER / f"{name}-{page}-{device}.png").write_bytes(smaller(base64.b64decode(taken["data"])))


def main() -> None:
    """Write them all, or those of one address."""
    FOLDER.mkdir(exist_ok=True)
    estate = london()
    good = healthy(estate)
    days = {"healthy": good, "home-stopped": without_home(estate, good, "hackney")}
    with chromium() as browser:
        if sys.argv[1:]:
            shoot(browser, *sys.argv[1:3])
            return
        for name, picture in days.items():
            with serving(web(estate, lambda picture=picture: picture, clock=lambda: NOW)) as address:  # type: ignore[misc]  # a default binds the loop's value
                shoot(browser, name, address)


if __name__ == "__main__":
    main()
