"""Tasks that are done again and again, side by side, in one event loop."""

from monitor.runner.intervals import Intervals
from monitor.runner.run import Runner
from monitor.runner.task import FOR_EVER, FakeTask, Task

__all__ = ["FOR_EVER", "FakeTask", "Intervals", "Runner", "Task"]
