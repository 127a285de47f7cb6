"""`python -m lab.devices.snmp --model catalyst-9800 --access-points 200 --agents 50`: agents as a process.

It prints the port of each on one line, and ends when standard input does. The names of access points count on from one
agent to the next: PREFIX0, PREFIX1, ….
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from lab.devices.snmp import Agent, Model, Population, Setup, cells, serve


def main() -> int:
    """Serve until the end of standard input."""
    parser = argparse.ArgumentParser(prog="python -m lab.devices.snmp", description=__doc__)
    parser.add_argument("--model", type=Model, choices=list(Model), required=True)
    parser.add_argument("--access-points", type=int, default=3, help="of each agent")
    parser.add_argument("--agents", type=int, default=1)
    parser.add_argument("--prefix", default="ap-", help="what the access points' names begin with")
    parser.add_argument("--ssids", default="govroam", help="with commas")
    parser.add_argument("--servers", default="10.7.0.11,10.7.0.12", help="addresses of RADIUS servers, with commas")
    parser.add_argument("--community", default="public")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="of a single agent; the kernel chooses without it")
    asyncio.run(_serve(parser.parse_args()))
    return 0


async def _serve(given: argparse.Namespace) -> None:
    ports = []
    for number in range(given.agents):
        first = number * given.access_points
        names = [f"{given.prefix}{place}" for place in range(first, first + given.access_points)]
        population = Population(names, given.ssids.split(","), given.servers.split(","))
        agent = Agent(cells(given.model, population), Setup(community=given.community))
        ports.append((await serve(agent, given.host, given.port))[1])
    print(*ports, flush=True)  # noqa: T201  a command
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    sys.exit(main())
