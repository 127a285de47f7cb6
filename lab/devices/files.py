"""Commands that save, copy, read and delete: the running and the startup configuration, and flash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lab.devices import rollback
from lab.devices.configure import configure
from lab.devices.reply import Question, Reply, said
from lab.devices.show import heading
from lab.devices.tree import find, parse_tree, print_tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.devices.call import Call, Command
    from lab.devices.catalyst import Catalyst
    from lab.devices.session import Session
    from lab.devices.tree import Tree

_NAMES: Final = ("running-config", "startup-config")


def _write_memory(call: Call) -> Reply:
    call.device.startup, call.device.saved_at = call.device.tree, (call.device.clock(), call.session.user)
    if find(call.device.tree, ("archive", "write-memory")):
        rollback.archive(call.device)
    return said("Building configuration...", "[OK]")


def file_text(device: Catalyst, url: str) -> str | None:
    """Return the text of a file."""
    known: Mapping[str, Tree] = {
        "running-config": device.tree,
        "system:running-config": device.tree,
        "startup-config": device.startup,
        "nvram:startup-config": device.startup,
    }
    if url in known:
        return print_tree(known[url])
    return device.flash.get(rollback.file_name(url))


def _copy(call: Call) -> Reply:
    """Copy between running, startup and flash, asking for the name as IOS does unless `file prompt quiet` is set."""
    source, target = (_whole(word) for word in call.match.words[1:])
    text = file_text(call.device, source)
    if text is None:
        return said(f"%Error opening {source} (No such file or directory)")
    default = rollback.file_name(target)

    def go(typed: str) -> Reply:
        return _copy_to(
            call.device,
            call.session,
            text,
            (source, target if typed.strip() in {"", default} else f"flash:{typed.strip()}"),
        )

    if call.device.setting("file prompt") == "quiet":
        return go("")
    return Reply(ask=Question(f"Destination filename [{default}]? ", go))


def _whole(word: str) -> str:
    return next((name for name in _NAMES if name.startswith(word) and len(word) > 1), word)


def _copy_to(device: Catalyst, session: Session, text: str, way: tuple[str, str]) -> Reply:
    source, target = way
    if target == "startup-config" and source == "running-config":
        device.startup, device.saved_at = device.tree, (device.clock(), session.user)
        return said("Building configuration...", "[OK]")
    if target == "running-config":
        return _merge(device, session, text)
    if target == "startup-config":
        device.startup, _ = parse_tree(text)
        return said("[OK]")
    text = f"{heading(device)}{text}end\n"
    if not rollback.store(device, target, text):
        return said(f"%Error writing {target} (No space left on device)")
    return said(f"{len(text)} bytes copied in 0.412 secs ({int(len(text) / 0.412)} bytes/sec)")


def _merge(device: Catalyst, session: Session, text: str) -> Reply:
    """Take the lines of a file one by one, as if they were typed; an error does not stop the rest."""
    saved, session.path, output = session.path, (), ""
    depths: list[int] = [0]
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("!") or line == "end":
            continue
        indent = len(line) - len(line.lstrip(" "))
        while len(depths) > 1 and indent < depths[-1]:
            depths.pop()
        session.path = session.path[: len(depths) - 1] if indent <= depths[-1] else session.path
        if indent > depths[-1]:
            depths.append(indent)
        output += configure(device, session, line.strip()).text
    session.path = saved
    return Reply(f"{output}{len(text)} bytes copied in 0.433 secs ({int(len(text) / 0.433)} bytes/sec)\n")


def _sure(typed: str) -> bool:
    """Whether the answer to `[confirm]` is yes: Enter or y."""
    return typed.strip().lower() in {"", "y", "yes"}


def _delete(call: Call) -> Reply:
    url = call.match.words[-1]
    name = rollback.file_name(url)

    def go(_: str = "") -> Reply:
        if call.device.flash.pop(name, None) is None:
            return said(f"%Error deleting flash:{name} (No such file or directory)")
        return Reply()

    if "/force" in call.match.words or call.device.setting("file prompt") == "quiet":
        return go()
    sure = Question(f"Delete flash:/{name}? [confirm]", lambda text: go() if _sure(text) else Reply())
    return Reply(ask=Question(f"Delete filename [{name}]? ", lambda _: Reply(ask=sure)))


def _more(call: Call) -> Reply:
    text = file_text(call.device, call.match.words[-1])
    return said(f"%Error opening {call.match.words[-1]} (No such file or directory)") if text is None else Reply(text)


def _directory(call: Call) -> Reply:
    size = call.device.setup.flash_bytes
    used = sum(len(text) for text in call.device.flash.values())
    rows = [
        f"{number:4}  -rw-  {len(text):>10}  {name}" for number, (name, text) in enumerate(call.device.flash.items(), 1)
    ]
    return said("Directory of flash:/", "", *rows, "", f"{size} bytes total ({size - used} bytes free)")


def _reload(call: Call) -> Reply:
    """Reboot, after asking whether to save what is not saved."""

    def go(typed: str) -> Reply:
        sure = _sure(typed)
        if sure:
            call.device.reboot()
        return Reply(leave=sure)

    sure = Question("Proceed with reload? [confirm]", go)
    if call.device.tree == call.device.startup:
        return Reply(ask=sure)

    def save(typed: str) -> Reply:
        text = _write_memory(call).text if typed.strip().lower().startswith("y") else ""
        return Reply(text, sure)

    return Reply(ask=Question("\nSystem configuration has been modified. Save? [yes/no]: ", save))


def _archive_config(call: Call) -> Reply:
    return Reply() if rollback.archive(call.device) else said(rollback.NOT_ENABLED, "% Error caught by command handler")


FILES: Final[Mapping[str, Command]] = {
    "archive_config": _archive_config,
    "copy": _copy,
    "delete": _delete,
    "delete_force": _delete,
    "directory": _directory,
    "more": _more,
    "reload": _reload,
    "write_memory": _write_memory,
}
