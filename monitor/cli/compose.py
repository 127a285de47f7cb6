"""What `serve` is composed of: a row for each collector, each kind of module and each set of pages.

A builder lives in a module of its own beside this one, as only the command line and `discover` know the inventory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from monitor.cli.hops import hop_modules, hop_tasks
from monitor.cli.logs import log_tasks
from monitor.cli.matrix_tasks import matrix_tasks
from monitor.cli.pages import pages
from monitor.cli.snmp import snmp_modules, snmp_tasks
from monitor.cli.traps import trap_tasks

if TYPE_CHECKING:
    from monitor.cli.means import Builder, Means, ModuleBuilder, PageBuilder
    from monitor.exporter import Module
    from monitor.runner import Task
    from monitor.target import Estate
    from roaming.model.network import Network

BUILDERS: Final[tuple[Builder, ...]] = (hop_tasks, snmp_tasks, trap_tasks, matrix_tasks, log_tasks)
MODULES: Final[tuple[ModuleBuilder, ...]] = (hop_modules, snmp_modules)
PAGES: Final[tuple[PageBuilder, ...]] = (pages,)


def tasks(network: Network, estate: Estate, means: Means) -> tuple[Task, ...]:
    """Return everything that is collected again and again."""
    return tuple(task for build in BUILDERS for task in build(network, estate, means))


def modules(network: Network, estate: Estate, means: Means) -> dict[str, Module]:
    """Return everything that can be collected on demand."""
    return {name: module for build in MODULES for name, module in build(network, estate, means).items()}
