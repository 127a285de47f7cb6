"""Images are made once, from what answers, and what goes wrong is said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from lab.engine import FakeCommand, FakeEngine, Result
from lab.errors import ImageError
from lab.images import Image, Workshop, ensure, image_for, list_images, remove_images
from lab.images.recipes import ROOTS
from lab.images.roots import make_root

if TYPE_CHECKING:
    from pathlib import Path

PINS = "a==1 \\\n    --hash=sha256:00\n    # via b\n"
TOO_NEW = "the release's keys are newer than this machine: upgrade debian-archive-keyring"
NONE = {"LAB_BASE_IMAGE": "none"}


@dataclass
class Site:
    """A workshop on fakes, and what was said."""

    folder: Path
    engine: FakeEngine = field(default_factory=FakeEngine)
    command: FakeCommand = field(default_factory=FakeCommand)
    said: list[str] = field(default_factory=list)

    @property
    def shop(self) -> Workshop:
        pins = self.folder / "requirements.txt"
        pins.write_text(PINS, encoding="ascii")
        return Workshop(self.engine, self.folder / "work", pins, self.said.append, self.command)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_pulled_debian_gets_its_packages(site: Site) -> None:
    site.engine.pulled = Result(0, "", "")
    make_root(site.shop, ROOTS[Image.DEBIAN_13], "root:1", {})
    pull, build = site.engine.calls
    assert pull == ("pull", "debian:13", "20")
    assert build[:4] == ("build", "pulled", "root:1", "BASE=debian:13")
    assert site.said == ["trixie: debian:13 pulled, adding packages"]
    assert site.command.calls == []


def test_without_a_registry_it_is_built_from_packages(site: Site) -> None:
    make_root(site.shop, ROOTS[Image.DEBIAN_13], "root:1", {})
    assert [call[0] for call in site.engine.calls] == ["pull", "import"]
    assert [call[0] for call in site.command.calls] == ["apt-config", "mmdebstrap"]
    assert site.said[0] == "trixie: built from Debian's packages, not pulled (debian:13: no registry)"
    assert not (site.folder / "work").exists()


def test_a_repository_of_ones_own_and_none(site: Site) -> None:
    make_root(site.shop, ROOTS[Image.DEBIAN_12], "root:1", {"LAB_BASE_IMAGE": "mirror.example/debian"})
    make_root(site.shop, ROOTS[Image.DEBIAN_12], "root:2", NONE)
    assert [call[1] for call in site.engine.calls if call[0] == "pull"] == ["mirror.example/debian:12"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("I: x\nE: Unable to locate package foo\nE: failed\n", "E: Unable to locate package foo / E: failed"),
        ("", "mmdebstrap says nothing"),
        (
            "E: NO_PUBKEY 6ED0E7B82643E131\n",
            f"E: NO_PUBKEY 6ED0E7B82643E131 / {TOO_NEW}",
        ),
    ],
)
def test_why_a_root_cannot_be_built(site: Site, said: str, reason: str) -> None:
    site.command = FakeCommand({"mmdebstrap": Result(1, "", said)})
    with pytest.raises(ImageError) as caught:
        make_root(site.shop, ROOTS[Image.DEBIAN_13], "root:1", NONE)
    assert str(caught.value) == f"trixie cannot be built from Debian's packages: {reason}"
    assert not (site.folder / "work").exists()


def test_what_is_there_is_not_made_again(site: Site) -> None:
    tag = ensure(site.shop, Image.DEBIAN_13)
    site.engine.calls.clear()
    assert ensure(site.shop, Image.DEBIAN_13) == tag
    assert site.engine.calls == []


def test_the_versions_share_no_tag(site: Site) -> None:
    tags = {ensure(site.shop, image) for image in (Image.DEBIAN_12, Image.DEBIAN_13)}
    assert {tag.rpartition(":")[0] for tag in tags} == {
        "localhost/seamless-wifi/debian-12",
        "localhost/seamless-wifi/debian-13",
    }


def test_removes_what_stands_on_others_first(site: Site) -> None:
    tag = ensure(site.shop, Image.DEBIAN_13)
    assert list_images(site.engine)[-1] == tag
    assert remove_images(site.engine)[0] == tag
    assert site.engine.tags == set()


def test_a_version_that_no_image_has_is_named() -> None:
    assert image_for("freeradius", "3.2.1") is Image.DEBIAN_12
    with pytest.raises(ImageError) as caught:
        image_for("radsecproxy", "1.8.0")
    assert str(caught.value) == (
        "no image has radsecproxy 1.8.0: the lab has radsecproxy 1.11.2, 1.9.2; change the inventory's version"
    )
