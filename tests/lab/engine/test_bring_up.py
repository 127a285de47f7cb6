"""A compose file is up only when each container runs; when one does not, nothing is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.engine import FakeEngine, Result, State, bring_up, take_down, wait_running
from lab.errors import AddressTakenError, ContainerError, EngineError

if TYPE_CHECKING:
    from pathlib import Path


def state(name: str, status: str = "running", exit_code: int = 0) -> State:
    return State(name, status, exit_code, 1 if status == "running" else 0, "device")


@pytest.fixture
def compose(tmp_path: Path) -> Path:
    path = tmp_path / "compose.yml"
    path.write_text("services: {}\n", encoding="ascii")
    return path


def test_all_run(compose: Path) -> None:
    engine = FakeEngine({"lab-a": state("lab-a"), "lab-b": state("lab-b")})
    bring_up(engine, compose, "lab", ["lab-a", "lab-b"])
    assert ("down", str(compose), "lab") not in engine.calls


def test_one_that_was_not_made_takes_the_rest_down(compose: Path) -> None:
    said = "time=… level=warning msg=Failed\nError: no such image: device\n"
    engine = FakeEngine({"lab-a": state("lab-a")}, up=Result(125, "", said))
    with pytest.raises(ContainerError) as caught:
        bring_up(engine, compose, "lab", ["lab-a", "lab-b"])
    assert str(caught.value) == (
        "container lab-b could not be made; the engine says:\n  lab-b | Error: no such image: device"
    )
    assert caught.value.__notes__ == ["everything of lab lab was taken down again (ContainerError)"]
    assert not engine.running


def test_one_that_ended_shows_its_last_lines(compose: Path) -> None:
    engine = FakeEngine({"lab-a": state("lab-a", "exited", 2)}, printed={"lab-a": ("first", "cannot bind")})
    with pytest.raises(ContainerError) as caught:
        bring_up(engine, compose, "lab", ["lab-a"])
    assert caught.value.container == "lab-a"
    assert str(caught.value) == (
        "container lab-a ended with exit status 2; its last lines:\n  lab-a | first\n  lab-a | cannot bind"
    )


def test_one_that_ends_between_two_looks_shows_its_last_lines_too() -> None:
    def end(container: str, *_: object) -> Result:
        engine.running[container] = state(container, "exited", 7)
        return engine.exec(container, ["true"])

    engine = FakeEngine(running={"lab-a": state("lab-a")}, answer=end, printed={"lab-a": ("out of tea",)})
    with pytest.raises(ContainerError, match=r"lab-a ended with exit status 7; its last lines:\n.*out of tea"):
        wait_running(engine, ["lab-a"])


@pytest.mark.parametrize(
    "said",
    [
        "Error: subnet 10.213.0.0/20 is already used on the host or by another config",
        "Error: cannot listen on the TCP port: listen tcp4 :9090: bind: address already in use",
        "Error response from daemon: Pool overlaps with other one on this address space",
    ],
)
def test_an_address_in_use_is_named_so(compose: Path, said: str) -> None:
    engine = FakeEngine({}, up=Result(125, "", f"{said}\n"))
    with pytest.raises(AddressTakenError) as caught:
        bring_up(engine, compose, "lab", ["lab-a"])
    assert said in str(caught.value)


def test_one_that_never_is_ready(compose: Path) -> None:
    del compose
    engine = FakeEngine(answer=lambda *_: Result(1, "", ""), running={"lab-a": state("lab-a")})
    now = iter(range(100))
    with pytest.raises(ContainerError, match="lab-a was not ready after 3 s"):
        wait_running(engine, ["lab-a"], timeout_s=3, clock=lambda: float(next(now)), sleep=lambda _: None)


def test_what_compose_left_is_removed_and_named(compose: Path) -> None:
    engine = FakeEngine(running={"lab-old": state("lab-old")}, bridges=["lab-inside"])
    assert take_down(engine, compose, "lab") == ("lab-old", "lab-inside")
    assert not engine.running
    assert not engine.bridges
    assert engine.calls[-1] == ("release",)


def test_a_lab_without_its_compose_file_is_found_by_label(tmp_path: Path) -> None:
    engine = FakeEngine(running={"lab-old": state("lab-old")})
    assert take_down(engine, tmp_path / "gone.yml", "lab") == ("lab-old",)


def test_what_cannot_be_removed_is_an_error(tmp_path: Path) -> None:
    class Stubborn(FakeEngine):
        def remove_containers(self, names: object) -> None:
            del names

    engine = Stubborn(running={"lab-a": state("lab-a")})
    with pytest.raises(EngineError, match="lab lab: still there after removal: lab-a; remove them with fake"):
        take_down(engine, tmp_path / "gone.yml", "lab")
