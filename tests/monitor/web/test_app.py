"""The pages over ASGI: what they say, what they let in, and what no URL and no name can do."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape
from starlette.applications import Starlette
from starlette.routing import Mount

from monitor.attribution import Finding, FindingKind
from monitor.errors import MonitorError
from monitor.web import web
from monitor.web.words import plain
from tests.monitor.asked import Answer, ask
from tests.monitor.web.federation import BAD, ESTATE, HEALTHY, NOW, home, with_pairs

if TYPE_CHECKING:
    from monitor.metrics import Picture
    from tests.conftest import Golden

PAGES = ("/", "/?order=state", "/borough/hackney", "/building/hackney/town-hall", "/buildings", "/buildings?q=town")
HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>'",
    "{{ 7*7 }}{% raw %}",
    "a\u202egnp.exe",
    "x" * 500,
    "a\x00b\r\nc",
)


def app(picture: Picture = HEALTHY, now: float = NOW) -> Starlette:
    return web(ESTATE, lambda: picture, clock=lambda: now)


def text(answer: Answer) -> str:
    return answer.body.decode()


@pytest.mark.parametrize("path", [*PAGES, "/nowhere", "/static/style.css", "/static/icon.svg"])
def test_nothing_else_is_let_in(path: str) -> None:
    answer = ask(app(), path)
    policy = answer.headers["content-security-policy"].split("; ")
    assert policy[:3] == ["default-src 'none'", "style-src 'self'", "img-src 'self'"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers
    assert b"<script" not in answer.body
    assert b" style=" not in answer.body


class Links(HTMLParser):
    """Gathers what a page leads to and asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {value or "" for name, value in attrs if name in {"href", "src", "action"}}


@pytest.mark.parametrize("path", [*PAGES, "/nowhere"])
def test_every_link_leads_somewhere(path: str) -> None:
    links = Links()
    links.feed(text(ask(app(), path)))
    inside = {link for link in links.found if link.startswith("/")}
    outside = links.found - inside
    assert all(link.startswith(("#", "https://www.nationalarchives.gov.uk/")) for link in outside)
    assert {ask(app(), link).status for link in inside} == {200}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/borough/nowhere", 404),
        ("/borough/", 404),
        ("/borough/CAMDEN", 404),
        ("/building/hackney/nowhere", 404),
        ("/building/camden/town-hall", 404),
        ("/building/hackney/town-hall/x", 404),
        ("/borough/..%2f..%2fetc%2fpasswd", 404),
        ("/static/../app.py", 404),
        ("/static/..%2fapp.py", 404),
        ("/borough/%00", 404),
        ("/borough/%ff%fe", 404),
        ("/borough/" + "a" * 100_000, 404),
        ("/buildings?q=" + "%F0%9F%92%A9" * 10_000, 200),
        ("/buildings?q=%00%ff%ed%a0%80", 200),
        ("/?order[]=state&order=%00", 200),
    ],
)
def test_an_odd_url_is_answered(path: str, status: int) -> None:
    answer = ask(app(), path)
    assert answer.status == status
    assert b"<h1" in answer.body


@pytest.mark.parametrize(
    "path", ["/buildings/", "/borough/hackney/", "/building/hackney/town-hall/", "/static/icon.svg/"]
)
def test_no_answer_leads_to_the_host_that_was_asked_for(path: str) -> None:
    mounted = Starlette(routes=[Mount("/", app())])
    for pages in (app(), mounted):
        answer = ask(pages, path, {"host": "elsewhere.example"})
        assert answer.status == 404
        assert "location" not in answer.headers
        assert b"elsewhere.example" not in answer.body


@given(st.binary(max_size=60), st.sampled_from([b"/", b"/borough/", b"/building/hackney/", b"/buildings?q=", b"/?"]))
def test_no_url_is_an_error_of_the_server(tail: bytes, head: bytes) -> None:
    assert ask(app(), head + tail).status < 500


@given(st.text(max_size=40), st.sampled_from(["/borough/", "/building/", "/static/"]))
def test_no_decoded_path_is_an_error_of_the_server(tail: str, head: str) -> None:
    assert ask(app(), (head + tail).encode("utf-8", "surrogatepass")).status < 500


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE"])
def test_only_reading_is_answered(method: str) -> None:
    answer = ask(app(), "/", method=method)
    assert answer.status == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize("path", ["/buildings", "/borough/hackney"])
def test_a_list_tells_of_each_buildings_wifi(path: str) -> None:
    shown = text(ask(app(replace(HEALTHY, access_points={})), path))
    assert "Its own wifi: It has 2 access points; nothing is known about them." in shown


def test_what_is_searched_is_shown_and_not_run() -> None:
    shown = text(ask(app(), "/buildings?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"))
    assert 'value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in shown
    assert "0 of 2 buildings for" in shown


def test_of_a_long_search_the_beginning_counts() -> None:
    shown = text(ask(app(), "/buildings?q=" + "x" * 300))
    assert re.findall("x{50,}", shown) == ["x" * 100] * 3


@pytest.mark.parametrize("name", HOSTILE, ids=["script", "attribute", "template", "turned", "long", "control"])
def test_a_hostile_name_is_shown_and_not_run(name: str) -> None:
    estate = replace(
        ESTATE,
        name=name,
        operator=name,
        boroughs=tuple(replace(one, name=name, contact=name) for one in ESTATE.boroughs),
        sites=tuple(replace(one, name=name, postcode=name, hours=name, access_points=(name,)) for one in ESTATE.sites),
    )
    picture = with_pairs({pair: replace(BAD, reason=name, sentence=name) for pair in HEALTHY.pairs})
    found = Finding(FindingKind.UNREACHABLE, name, "camden", name, name, NOW, (name,))
    pages = web(estate, lambda: picture, lambda _, __: (found,), lambda: NOW)
    for path in PAGES:
        answer = ask(pages, path)
        assert answer.status == 200
        assert str(escape(plain(name))) in text(answer)
        assert not re.search(r"<script|<img|[\x00\r\u202e]", text(answer))


def test_hostile_slugs_stay_in_their_segment() -> None:
    slug = '../"><script>'
    borough = replace(ESTATE.boroughs[0], slug=slug)
    estate = replace(
        ESTATE, boroughs=(borough,), homes=(slug,), sites=(replace(ESTATE.sites[0], owner=slug, slug=slug),)
    )
    shown = text(ask(web(estate, lambda: HEALTHY, clock=lambda: NOW), "/buildings"))
    assert 'href="/building/..%2F%22%3E%3Cscript%3E/..%2F%22%3E%3Cscript%3E"' in shown


def test_a_picture_is_taken_once_for_many_viewers() -> None:
    @dataclass
    class Camera:
        taken: int = 0
        now: float = NOW

        def picture(self) -> Picture:
            self.taken += 1
            return HEALTHY

    camera = Camera()
    pages = web(ESTATE, camera.picture, clock=lambda: camera.now)
    for path in PAGES:
        ask(pages, path)
    assert camera.taken == 1
    camera.now += 3
    ask(pages, "/")
    assert camera.taken == 2
    camera.now -= 3600
    ask(pages, "/")
    assert camera.taken == 3


def test_a_late_picture_is_not_gone_by() -> None:
    shown = text(ask(app(now=NOW + 1500), "/"))
    assert "Do not go by this page." in shown
    assert "25 minutes ago: the monitor has stopped" in shown
    assert "Nothing is known now." in shown
    assert "can work everywhere" not in shown


def test_a_picture_of_the_future_tells_of_a_wrong_clock() -> None:
    shown = text(ask(app(now=NOW - 7200), "/borough/hackney"))
    assert "A clock is wrong." in shown
    assert "at an unclear time: a clock is wrong" in shown
    assert not re.search(r"-\d+ (second|minute|hour)", shown)


def test_without_a_picture_nothing_is_said() -> None:
    def broken() -> Picture:
        raise MonitorError("the store at /secret is gone")  # noqa: EM101, TRY003  the text is the test's

    answer = ask(web(ESTATE, broken, clock=lambda: NOW), "/")
    assert answer.status == 503
    assert b"Nothing can be said now" in answer.body
    assert b"secret" not in answer.body


def test_it_loads_itself_again_only_when_asked() -> None:
    assert b"http-equiv" not in ask(app(), "/").body
    assert b'<meta http-equiv="refresh" content="60">' in ask(app(), "/?refresh=on").body


def test_it_is_not_said_that_nobody_is_kept_away_where_somebody_is() -> None:
    quiet = "Nothing that we know of keeps anybody away."
    assert quiet in text(ask(app(), "/"))
    assert quiet not in text(ask(app(with_pairs({("camden", "camden"): BAD})), "/"))


def test_no_list_is_empty() -> None:
    for path in PAGES:
        assert not re.search(r"<ul[^>]*>\s*</ul>", text(ask(app(home("camden", BAD)), path)))


@pytest.mark.parametrize("path", PAGES)
def test_no_jargon_outside_what_is_for_engineers(path: str) -> None:
    shown = text(ask(app(home("hackney", BAD)), path))
    words = re.sub(r"<details.*?</details>|<[^>]*>", " ", shown, flags=re.DOTALL)
    assert not re.search(r"realm|radius|radsec|\beap\b|proxy|timeout|hub-|hackney-rad|no-answer", words, re.IGNORECASE)
    assert "Hackney" in words


@pytest.mark.parametrize(
    ("name", "path", "picture"),
    [
        ("building", "/building/hackney/town-hall", home("hackney", BAD)),
        ("borough", "/borough/hackney", home("hackney", BAD)),
        ("nowhere", "/nowhere", HEALTHY),
    ],
)
def test_a_page_is_printed_as_it_was(name: str, path: str, picture: Picture, golden: Golden) -> None:
    shown = re.sub(r"\?[0-9a-f]{12}", "?VERSION", text(ask(app(picture), path)))
    golden(f"web/{name}.html", re.sub(r'<svg class="store".*?</svg>\n?', "", shown, flags=re.DOTALL))
