"""The lab's containers.conf."""

from __future__ import annotations

import tomllib

import pytest

from lab.engine.settings import Limits, containers_conf, read_limits, storage_conf

FREE = "Name:\tpython3\nCapEff:\t000001ffffffffff\n"
BOUND = "Name:\tpython3\nCapEff:\t000001fffeffffff\n"


def test_limits_are_set_only_where_they_cannot_be_raised() -> None:
    assert read_limits(FREE) == Limits(None, None)
    bound = read_limits(BOUND)
    assert bound.nofile
    assert bound.nproc


@pytest.mark.parametrize(
    ("limits", "ulimits"),
    [(Limits(None, None), []), (Limits(4096, 1000), ["nofile=4096:4096", "nproc=1000:1000"])],
)
def test_needs_no_systemd(limits: Limits, ulimits: list[str]) -> None:
    conf = tomllib.loads(containers_conf(limits, runc=True))
    assert conf == {
        "containers": {"log_driver": "k8s-file", "pids_limit": 0, "default_ulimits": ulimits},
        "engine": {"cgroup_manager": "cgroupfs", "events_logger": "file", "runtime": "runc"},
        "network": {"network_backend": "netavark"},
    }


def test_keeps_the_default_runtime_where_runc_is_missing() -> None:
    assert "runtime" not in tomllib.loads(containers_conf(Limits(None, None), runc=False))["engine"]


def test_storage_is_podmans_own_choice_on_a_disk() -> None:
    assert storage_conf("ext2/ext3", fuse=True) is None


@pytest.mark.parametrize(("fuse", "driver"), [(True, "overlay"), (False, "vfs")])
def test_storage_over_an_overlay(*, fuse: bool, driver: str) -> None:
    text = storage_conf("overlayfs", fuse=fuse)
    assert text
    storage = tomllib.loads(text)["storage"]
    assert storage["driver"] == driver
    assert ("options" in storage) is fuse
