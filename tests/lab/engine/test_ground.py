"""When podman gets a mount namespace of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lab.engine import FakeCommand, Result
from lab.engine.ground import GROUND, clear, level

MACHINE = "/dev/vda / ext4 rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n"
CHROOT = "proc /proc proc rw 0 0\nsysfs /sys sysfs rw 0 0\n"
GROUNDED = f"{CHROOT}tmpfs {GROUND} tmpfs rw 0 0\nnsfs {GROUND}/mnt nsfs rw 0 0\n"


def test_a_machine_needs_none() -> None:
    """Its root, as `stat` tells of the true one, is ours; the tests themselves may run in a chroot."""
    ours = Path("/").stat()
    command = FakeCommand({"nsenter --mount=/proc/self/ns/mnt": Result(0, f"{ours.st_dev}:{ours.st_ino}\n", "")})
    assert level(command, MACHINE) == ()
    clear(command, MACHINE)
    assert [call[0] for call in command.calls] == ["nsenter"], "asked, and nothing made or taken away"


def test_a_ground_that_is_there_is_entered() -> None:
    command = FakeCommand()
    assert level(command, GROUNDED) == ("nsenter", f"--mount={GROUND}/mnt", "--")
    assert command.calls == []


IN_A_CHROOT = """
import fcntl, os, sys
sys.path.insert(0, "/checkout")
from lab.engine import Shell
from lab.engine.ground import GROUND, clear, level

shell = Shell()
enter = level(shell)
assert enter == level(shell), "made once"
true_root = shell.run([*enter, "nsenter", "--mount=/proc/self/ns/mnt", "sh", "-c", "ls -d /checkout /sys/fs/cgroup/*"])
print(true_root.out, true_root.err)
another = os.open(GROUND.parent, os.O_RDONLY)
fcntl.flock(another, fcntl.LOCK_SH)
clear(shell)
assert level(shell) == enter and GROUND.exists(), "another process uses it"
os.close(another)
clear(shell)
print("left" if GROUND.exists() else "nothing left")
"""

MAKE_CHROOT = """
mount --make-rprivate /
[ "$4" = plain ] || mount --bind "$1" "$1"
mkdir -p "$1/proc" "$1/sys" "$1/dev" "$1/usr" "$1/run" "$1/tmp" "$1/checkout"
for name in bin sbin lib lib64; do ln -s usr/$name "$1/$name"; done
for name in proc sys dev usr; do mount --$([ "$4" = plain ] && echo bind || echo rbind) /$name "$1/$name"; done
mount --bind "$2" "$1/checkout"
exec chroot "$1" /usr/bin/python3 -B -c "$3"
"""


@pytest.mark.lab
@pytest.mark.parametrize("kind", ["plain", "mounted"])
def test_in_a_chroot_the_true_root_becomes_ours(tmp_path: Path, repository: Path, kind: str) -> None:
    script = ["sh", "-ec", MAKE_CHROOT, "sh", str(tmp_path), str(repository), IN_A_CHROOT, kind]
    done = subprocess.run(["unshare", "--mount", *script], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "/checkout"
    assert any(line.startswith("/sys/fs/cgroup/") for line in lines)
    assert lines[-1] == "nothing left"
    assert not (tmp_path / GROUND.relative_to("/")).exists()
