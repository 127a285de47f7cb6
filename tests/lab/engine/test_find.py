"""Which engine is found, and what is said when none can be used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from lab.engine import FakeCommand, Result, find_engine
from lab.engine.find import Host
from lab.errors import LabError, NoEngineError, NoRootError

if TYPE_CHECKING:
    from pathlib import Path

OK = Result(0, "", "")
NO_DAEMON = Result(1, "", "Cannot connect to the Docker daemon. Is the docker daemon running?\n")
MACHINE = "/dev/vda / ext4 rw 0 0\ntmpfs /sys/fs/cgroup tmpfs rw 0 0\n"


@dataclass(frozen=True)
class Case:
    """A machine, and what is said on it."""

    name: str
    error: type[LabError]
    says: str
    has: tuple[str, ...] = ()
    uid: int = 0
    environ: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Result] = field(default_factory=dict)


CASES = (
    Case(
        "nothing",
        NoEngineError,
        "there is no podman and no docker on this machine: install podman (`make setup` does it on Debian)",
    ),
    Case(
        "no root",
        NoRootError,
        "the lab needs root: its containers have networks of their own; run the command with sudo, or as root",
        has=("podman", "podman-compose"),
        uid=1000,
    ),
    Case(
        "no composer",
        NoEngineError,
        "podman is here but podman-compose is not: `make setup` installs it into .venv",
        has=("podman",),
    ),
    Case(
        "docker without its daemon",
        NoEngineError,
        "docker is installed but does not answer: Cannot connect to the Docker daemon. Is the docker daemon running?; "
        "start it, or install podman (`make setup` does it on Debian)",
        has=("docker",),
        answers={"docker info": NO_DAEMON},
    ),
    Case(
        "docker without compose",
        NoEngineError,
        "docker is here but its compose plugin is not: install docker-compose-plugin, or podman",
        has=("docker",),
        answers={"docker compose version": Result(1, "", "docker: 'compose' is not a docker command.")},
    ),
    Case(
        "the one insisted on is missing",
        NoEngineError,
        "there is no docker on this machine: install podman (`make setup` does it on Debian)",
        has=("podman", "podman-compose"),
        environ={"LAB_ENGINE": "docker"},
    ),
    Case(
        "a name that is none",
        NoEngineError,
        "LAB_ENGINE is 'lxc': it is podman or docker",
        environ={"LAB_ENGINE": "lxc"},
    ),
)


def host(case: Case, nowhere: Path) -> Host:
    return Host(
        command=FakeCommand(case.answers),
        which=lambda name: f"/usr/bin/{name}" if name in case.has else None,
        uid=lambda: case.uid,
        environ=case.environ,
        scripts=nowhere,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_says_what_is_missing_and_what_to_do(case: Case, tmp_path: Path) -> None:
    with pytest.raises(case.error) as caught:
        find_engine(tmp_path, host(case, tmp_path))
    assert str(caught.value) == case.says


def test_podman_is_preferred_and_gets_the_labs_own_settings(tmp_path: Path) -> None:
    case = Case("both", LabError, "", has=("podman", "podman-compose", "docker"))
    engine = find_engine(tmp_path, host(case, tmp_path))
    assert engine.name == "podman"
    assert engine.env == {"CONTAINERS_CONF": str(tmp_path / "containers.conf")}
    assert 'cgroup_manager = "cgroupfs"' in (tmp_path / "containers.conf").read_text(encoding="ascii")


def test_docker_serves_without_root(tmp_path: Path) -> None:
    case = Case("docker", LabError, "", has=("docker",), uid=1000)
    assert find_engine(tmp_path, host(case, tmp_path)).composer == ("docker", "compose")
