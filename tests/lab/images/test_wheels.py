"""The control container's Python packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.engine import FakeCommand, FakeEngine, Result
from lab.errors import ImageError
from lab.images import Workshop
from lab.images.wheels import control_requirements, fetch

if TYPE_CHECKING:
    from pathlib import Path

LOCK = """# a header
jinja2==3.1.6 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via
    #   ansible-core
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:cc
ruff==0.17.6 \\
    --hash=sha256:dd
standard-x==3.13.0 ; python_full_version >= '3.13' \\
    --hash=sha256:ee
old==1 ; python_version < '3.12' \\
    --hash=sha256:ff
"""


def test_pins_for_the_containers_python_with_their_hashes() -> None:
    assert control_requirements(LOCK) == (
        "jinja2==3.1.6 --hash=sha256:aa --hash=sha256:bb\nstandard-x==3.13.0 --hash=sha256:ee\n"
    )


def test_pip_is_asked_for_the_container_and_its_refusal_is_passed_on(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text(LOCK, encoding="ascii")
    command = FakeCommand({"py -m pip": Result(1, "", "WARNING: x\nERROR: No matching distribution found for y\n")})
    shop = Workshop(FakeEngine(), tmp_path, lock, print, command, "py")
    with pytest.raises(ImageError) as caught:
        fetch(shop, tmp_path / "site")
    assert str(caught.value) == (
        "the control image's Python packages cannot be fetched: ERROR: No matching distribution found for y"
    )
    (call,) = command.calls
    assert {"--require-hashes", "--only-binary=:all:", "--no-deps", "--python-version=3.13"} <= set(call)
