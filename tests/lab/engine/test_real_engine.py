"""The engine of this machine: what runs, what does not, and that nothing is left."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from lab.engine import LAB_LABEL, bring_up, find_engine, take_down
from lab.errors import ContainerError
from lab.images import Image, Workshop, ensure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.engine import Engine

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("engine")]

COMPOSE = """services:
  good: {{image: "{image}", container_name: {lab}-good, init: true, labels: {{{label}: {lab}}}, networks: [one]}}
  other:
    image: "{image}"
    container_name: {lab}-other
    entrypoint: {entrypoint}
    labels: {{{label}: {lab}}}
    networks: [one]
networks:
  one: {{name: {lab}-one, internal: true, labels: {{{label}: {lab}}}}}
"""


class Lab:
    """A lab of two containers, of which one does as the test says."""

    def __init__(self, engine: Engine, image: str, folder: Path) -> None:
        self.engine = engine
        self.image = image
        self.name = f"seamless-wifi-test-{os.getpid()}"
        self.compose = folder / "compose.yml"
        self.containers = [f"{self.name}-good", f"{self.name}-other"]

    def up(self, entrypoint: str) -> None:
        text = COMPOSE.format(image=self.image, lab=self.name, label=LAB_LABEL, entrypoint=entrypoint)
        self.compose.write_text(text, encoding="ascii")
        bring_up(self.engine, self.compose, self.name, self.containers, timeout_s=20)

    def left(self) -> tuple[str, ...]:
        label = f"{LAB_LABEL}={self.name}"
        return (*self.engine.containers(label), *self.engine.networks(label))


@pytest.fixture
def lab(tmp_path: Path, repository: Path) -> Iterator[Lab]:
    engine = find_engine(tmp_path)
    shop = Workshop(engine, tmp_path / "images", repository / "requirements.txt", print)
    lab = Lab(engine, ensure(shop, Image.DEBIAN_13), tmp_path)
    yield lab
    take_down(engine, lab.compose, lab.name)


def test_comes_up_and_goes_down_quickly(lab: Lab) -> None:
    lab.up('["/usr/lib/lab/entrypoint"]')
    result = lab.engine.exec(lab.containers[0], ["sh", "-c", "cat; exit 3"], stdin="read\n")
    assert (result.rc, result.out) == (3, "read\n")
    started = time.monotonic()
    assert take_down(lab.engine, lab.compose, lab.name) == ()
    assert time.monotonic() - started < 10
    assert lab.left() == ()


def test_one_that_cannot_be_started_takes_all_down(lab: Lab) -> None:
    with pytest.raises(ContainerError) as caught:
        lab.up('["/no/such/command"]')
    assert caught.value.container == lab.containers[1]
    assert "/no/such/command" in str(caught.value)
    assert lab.left() == ()


def test_one_that_ends_takes_all_down_and_shows_its_log(lab: Lab) -> None:
    with pytest.raises(ContainerError, match=r"ended with exit status 7; its last lines:\n.*out of tea"):
        lab.up('["sh", "-c", "mkdir -p /run/lab; sleep 1; echo out of tea; exit 7"]')
    assert lab.left() == ()
