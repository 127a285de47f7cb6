"""A Catalyst that takes commands and prints what it has, as far as what is ours goes: text in, text out.

It shares nothing with the dialect. It refuses what a controller refuses or may refuse: what names something that is
not there, the removal of what is still named, a change of what is not shut, two servers of one address, two WLANs of
one number. Like a controller it does not show defaults, and shows `security ft` without the way there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

SINGLE = (
    "address ipv4",
    "key",
    "deadtime",
    "nas-id option1",
    "vlan",
    "vlan-id",
    "aaa-policy",
    "policy-tag",
    "site-tag",
    "rf-tag",
    "flex-profile",
    "security dot1x authentication-list",
    "security pmf",
)
TOP_SINGLE = (
    r"(aaa authentication dot1x \S+) .*",
    r"(aaa authorization network \S+) .*",
    r"(radius-server attribute wireless \S+ call-station-id) .*",
)
SECTION = re.compile(
    r"radius server \S+|aaa group server radius \S+|aaa server radius dynamic-author|wireless aaa policy \S+"
    r"|wireless profile (policy|flex) \S+|wlan \S+ [0-9]+ .+|wireless tag (policy|site) \S+"
    r"|ap [0-9a-f.]{14}|vlan-name \S+"
)
ON = {
    "security wpa wpa2",
    "security wpa akm dot1x",
    "bss-transition",
    "assisted-roaming neighbor-list",
    "local-site",
    "central association",
    "central dhcp",
    "central switching",
    "shutdown",
}
REFERENCES = (
    (r"server name (\S+)", r"radius server {}"),
    (r"aaa \S+ \S+ \S+ group (\S+)", r"aaa group server radius {}"),
    (r"security dot1x authentication-list (\S+)", r"aaa authentication dot1x {} .*"),
    (r"aaa-policy (\S+)", r"wireless aaa policy {}"),
    (r"flex-profile (\S+)", r"wireless profile flex {}"),
    (r"wlan (\S+) policy \S+", r"wlan {} [0-9]+ .*"),
    (r"wlan \S+ policy (\S+)", r"wireless profile policy {}"),
    (r"policy-tag (\S+)", r"wireless tag policy {}"),
    (r"site-tag (\S+)", r"wireless tag site {}"),
)


class RefusedError(Exception):
    """The controller does not take a command."""


@dataclass
class Line:
    """A line and what is below it."""

    text: str
    below: list[Line] = field(default_factory=list)

    def printed(self, depth: int = 0) -> str:
        return f"{' ' * depth}{self.text}\n" + "".join(line.printed(depth + 1) for line in self.below)


def read(text: str) -> list[Line]:
    root = Line("")
    path = [(-1, root)]
    banner = False
    for raw in text.splitlines():
        if banner:
            path[-1][1].text += f"\n{raw}"
            banner = "^C" not in raw
            continue
        if raw in ("!", "", "end", "Building configuration..."):
            continue
        depth = len(raw) - len(raw.lstrip())
        while path[-1][0] >= depth:
            path.pop()
        line = Line(raw.strip())
        path[-1][1].below.append(line)
        path.append((depth, line))
        banner = raw.count("^C") == 1
    return root.below


def after(text: str, commands: tuple[str, ...]) -> str:
    """Return the configuration after the commands; raise RefusedError for one that is not taken."""
    root = Line("", read(text))
    path = [root]
    for command in commands:
        _take(path, command.strip())
    assert len(path) == 1, "left inside a section"
    return "".join(line.printed() + "!\n" for line in root.below)


def _take(path: list[Line], command: str) -> None:
    here, root = path[-1], path[0]
    if command == "exit":
        path.pop()
    elif SECTION.fullmatch(command):
        _refuse(len(path) > 1 and not command.startswith("vlan-name "), f"{command} inside {path[-1].text}")
        _refuse_running(path, command)
        path.append(_entered(here, command))
    else:
        _refuse_running(path, command)
        _change(here, command, top=len(path) == 1)
    _check(root)


def _refuse(wrong: object, words: str) -> None:
    if wrong:
        raise RefusedError(words)


def _entered(here: Line, command: str) -> Line:
    for line in here.below:
        if line.text == command:
            return line
    new = Line(command)
    here.below.append(new)
    return new


def _refuse_running(path: list[Line], command: str) -> None:
    section = path[1].text if len(path) > 1 else ""
    if section.startswith(("wlan ", "wireless profile policy ")) and command not in ("shutdown", "no shutdown"):
        _refuse(any(line.text == "no shutdown" for line in path[1].below), f"{section} is not shut: {command}")


def _change(here: Line, command: str, *, top: bool) -> None:
    if command in ("security ft", "no security ft", "security ft adaptive", "no security ft adaptive"):
        _fast_transition(here, command)
        return
    negated, plain = command.startswith("no "), command.removeprefix("no ")
    known = [line for line in here.below if _key(line.text, top=top) == _key(plain, top=top)]
    _refuse(negated and not known and plain not in ON, f"there is no {plain} in {here.text}")
    mapping = re.match(r"wlan \S+ policy ", command)
    _refuse(mapping and any(line.text.startswith(mapping[0]) for line in here.below), f"mapped already: {command}")
    for line in known[1:]:
        here.below.remove(line)
    shown = [Line(command)] if negated == (plain in ON) else []
    at = here.below.index(known[0]) if known else len(here.below)
    here.below[at : at + bool(known)] = shown


def _fast_transition(here: Line, command: str) -> None:
    texts = {line.text for line in here.below}
    known = {"security ft", "no security ft adaptive"}
    if command == "security ft":
        shown = {"security ft"}
    elif command == "no security ft adaptive":
        shown = {"security ft"} if "security ft" in texts else {"no security ft adaptive"}
    elif command == "no security ft":
        shown = {"no security ft adaptive"} if "security ft" in texts else texts & known
    else:
        shown = set()
    here.below[:] = [line for line in here.below if line.text not in known] + [Line(text) for text in sorted(shown)]


def _key(text: str, *, top: bool) -> str:
    """Return what a line replaces: all of its kind, or itself and its `no`."""
    plain = text.removeprefix("no ")
    for pattern in TOP_SINGLE if top else ():
        if match := re.fullmatch(pattern, plain):
            return match[1]
    if match := re.match(r"client \S+", plain):
        return match[0]
    return next((one for one in SINGLE if plain == one or plain.startswith(f"{one} ")), plain)


def _check(root: Line) -> None:
    heads = [line.text for line in root.below]
    for line in root.below:
        for user in (line, *line.below):
            _refuse_dangling(user, line, heads)
    addresses = [user.text for line in root.below if line.text.startswith("radius server ") for user in line.below]
    numbers = [head.split()[2] for head in heads if re.fullmatch(r"wlan \S+ [0-9]+ .*", head)]
    servers = [text for text in addresses if text.startswith("address")]
    for what in (servers, numbers):
        _refuse(len(set(what)) < len(what), f"twice: {what}")


def _refuse_dangling(user: Line, line: Line, heads: list[str]) -> None:
    for named, wanted in REFERENCES:
        match = re.fullmatch(named, user.text)
        if match and match[1].startswith("LON-"):
            pattern = re.compile(wanted.format(re.escape(match[1])))
            _refuse(
                not any(pattern.fullmatch(head) for head in heads),
                f"{user.text} in {line.text or 'the whole'} names nothing",
            )
