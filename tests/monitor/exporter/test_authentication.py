"""Basic authentication: who is let in, and that it is not computed again for every scrape."""

from __future__ import annotations

import asyncio
import base64
import time

import bcrypt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse

from monitor.exporter import BasicAuthentication
from monitor.exporter.authentication import credentials
from tests.monitor.asked import answer, ask

PASSWORD = "correct horse ✓"  # noqa: S105  it opens nothing


def header(user: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def guarded(cost: int = 4) -> BasicAuthentication:
    users = {"prometheus": bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(cost))}
    return BasicAuthentication(PlainTextResponse("in"), users)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (header("prometheus", PASSWORD), 200),
        (header("prometheus", "wrong"), 401),
        (header("prometheus", ""), 401),
        (header("prometheus", PASSWORD + "x" * 80), 401),
        (header("prometheus", "\0"), 401),
        (header("nobody", PASSWORD), 401),
        (header("", ""), 401),
        ({}, 401),
        ({"authorization": "Basic"}, 401),
        ({"authorization": "Basic !!!"}, 401),
        ({"authorization": "Basic " + base64.b64encode(b"no colon").decode()}, 401),
        ({"authorization": "Bearer x"}, 401),
    ],
)
def test_who_is_known_gets_in(headers: dict[str, str], status: int) -> None:
    answer = ask(guarded(), "/-/healthy", headers)
    assert answer.status == status
    assert ("www-authenticate" in answer.headers) == (status == 401)


def test_a_second_scrape_costs_no_hash() -> None:
    app = guarded(cost=12)
    known = header("prometheus", PASSWORD)
    ask(app, "/", known)
    before = time.process_time()
    assert [ask(app, "/", known).status for _ in range(20)] == [200] * 20
    assert time.process_time() - before < 0.1


def test_wrong_guesses_delay_nobody_who_is_known() -> None:
    app = guarded(cost=8)
    ended: list[int] = []

    async def one(password: str) -> None:
        ended.append((await answer(app, "/", header("prometheus", password))).status)

    async def work() -> None:
        await one(PASSWORD)
        guesses = [asyncio.create_task(one(f"guess {number}")) for number in range(20)]
        await asyncio.sleep(0)
        await one(PASSWORD)
        await asyncio.gather(*guesses)

    asyncio.run(work())
    assert ended == [200, 200, *[401] * 20]


def test_only_what_is_right_is_remembered_once_for_each_user() -> None:
    app = guarded()
    ask(app, "/", header("prometheus", PASSWORD))
    for number in range(150):
        ask(app, "/", header("prometheus", f"guess {number}"))
        ask(app, "/", header(f"stranger {number}", PASSWORD))
    assert app.remembered == 1


@given(text=st.text(st.characters(max_codepoint=255)))
def test_any_header_is_credentials_or_none(text: str) -> None:
    found = credentials(f"Basic {text}")
    assert found is None or isinstance(found[0], str)
