"""What is asked of podman and docker, word for word, and what their answers become."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab.engine import CommandLineEngine, FakeCommand, Result, State
from lab.errors import EngineError, ImageError

FOUND = {
    "Name": "/lab-a",
    "State": {"Status": "running", "ExitCode": 0, "Pid": 7},
    "Config": {"Image": "device"},
    "NetworkSettings": {"Networks": {"lab-inside": {"IPAddress": "10.213.0.10"}}},
}


def engine(command: FakeCommand) -> CommandLineEngine:
    return CommandLineEngine("podman", ("podman-compose", "--in-pod=false"), command)


def test_a_secret_in_the_environment_stands_on_no_command_line() -> None:
    command = FakeCommand()
    engine(command).exec("lab-a", ["cat"], stdin="s3cret", env={"PASSWORD": "s3cret"})
    assert command.calls == [("podman", "exec", "--interactive", "--env", "PASSWORD", "lab-a", "cat")]
    assert command.inputs == ["s3cret"]


def test_a_failed_command_in_a_container_is_a_value() -> None:
    said = Result(3, "out", "failed to connect to syslog: Initialization\nbad\n")
    assert engine(FakeCommand({"podman exec": said})).exec("lab-a", ["false"]) == Result(3, "out", "bad\n")


def test_a_container_that_does_not_run_is_an_error() -> None:
    answers = {
        "podman exec": Result(125, "", 'Error: no container with name or ID "lab-a" found: no such container\n'),
        "podman container inspect": Result(125, "", "no such container"),
    }
    with pytest.raises(EngineError, match="container lab-a does not run"):
        engine(FakeCommand(answers)).exec("lab-a", ["true"])


def test_inspects() -> None:
    command = FakeCommand({"podman container inspect": Result(0, json.dumps([FOUND]), "")})
    assert engine(command).state("lab-a") == State("lab-a", "running", 0, 7, "device", {"lab-inside": "10.213.0.10"})


def test_nothing_to_inspect() -> None:
    assert engine(FakeCommand({"podman container inspect": Result(125, "", "no such")})).state("lab-a") is None


def test_the_engines_last_words_are_passed_on(tmp_path: Path) -> None:
    command = FakeCommand({"podman": Result(125, "", "failed to connect to syslog\nError: no space left\n")})
    with pytest.raises(EngineError, match=r"^podman network failed: Error: no space left$"):
        engine(command).networks("a=b")
    with pytest.raises(ImageError, match=r"^podman import failed: Error: no space left$"):
        engine(command).import_image(tmp_path / "root.tar", "tag")


def test_compose_gets_an_absolute_path_and_the_project() -> None:
    command = FakeCommand()
    engine(command).compose_up(Path("compose.yml"), "lab")
    path = str(Path("compose.yml").resolve())
    assert command.calls == [
        ("podman-compose", "--in-pod=false", "--file", path, "--project-name", "lab", "up", "-d"),
    ]


def test_why_a_network_cannot_be_made_is_asked_of_the_engine() -> None:
    words = "network create --internal --subnet 10.213.8.0/24 lab_default"
    hidden = f"subprocess.CalledProcessError: Command 'podman {words}' returned non-zero exit status 125.\n"
    said = "Error: subnet 10.213.8.0/24 is already used on the host or by another config\n"
    command = FakeCommand(
        {
            "podman-compose": Result(1, "", hidden),
            f"podman {words}": Result(125, "", said),
        }
    )
    assert engine(command).compose_up(Path("compose.yml"), "lab") == Result(1, "", hidden + said)


@pytest.mark.parametrize(("left", "leaves"), [("", True), ("0a1b2c\n", False)])
def test_the_ground_is_left_when_no_container_stands_on_it(left: str, *, leaves: bool) -> None:
    gone: list[bool] = []
    command = FakeCommand({"nsenter podman ps": Result(0, left, "")})
    CommandLineEngine("podman", (), command, {}, lambda: ("nsenter",), lambda: gone.append(True)).release()
    assert bool(gone) is leaves
