"""Tasks that are done again and again, side by side, in one event loop."""

from monitor.runner.intervals import Intervals
from monitor.runner.run import Runner
from monitor.runner.task import FakeTask, Task

__all__ = ["FakeTask", "Intervals", "Runner", "Task"]
