"""Runs beside eapol_test, in the container: commands by themselves, or a session whose processor time is told.

`loop FILE` runs each command of a JSON list in turn; `session WORDS` hands its input and output to one. Both write the
seconds of processor time that their children took, and those that passed, to /run/box/took.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path


def main() -> int:
    """Return 1 when a command failed."""
    began = time.monotonic()
    if sys.argv[1] == "loop":
        commands = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
        done = [subprocess.run(words, stdout=subprocess.DEVNULL, check=False).returncode for words in commands]  # noqa: S603
    else:
        done = [subprocess.run(sys.argv[2:], check=False).returncode]  # noqa: S603  the session of the benchmark
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = {"cpu": usage.ru_utime + usage.ru_stime, "seconds": time.monotonic() - began}
    Path("/run/box/took").write_text(json.dumps(took), encoding="utf-8")
    return max(done)


if __name__ == "__main__":
    sys.exit(main())
