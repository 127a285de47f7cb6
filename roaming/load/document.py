"""One YAML file read strictly: plain data beside the line of every key.

YAML 1.2's core scalars (`off` is a word, `010` a number's mistake), no aliases, no merge keys, no tags,
no duplicate keys. libyaml does the scanning, because 10,000 access points take it 1 s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import yaml

from roaming.model.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Data: TypeAlias = "bool | int | float | str | list[Data] | dict[str, Data] | None"
ModelPath: TypeAlias = tuple[str | int, ...]

RULE = "yaml"
_CORE = "tag:yaml.org,2002:"
_SCALARS = {
    f"{_CORE}bool": (re.compile(r"true|false"), "tf"),
    f"{_CORE}int": (re.compile(r"-?(0|[1-9][0-9]*)"), "-0123456789"),
    f"{_CORE}float": (re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)"), "-0123456789"),
    f"{_CORE}null": (re.compile(r"null|~|"), ["n", "~", ""]),
}
_LARGEST_FILE = 16 * 1024 * 1024
_DEEPEST = 40
_LOOKS_DEEP = re.compile(rf"^[ ?-]{{{_DEEPEST},}}", re.MULTILINE)
_BRACKET = re.compile(r"[\[\]{}]")


class _Loader(yaml.CSafeLoader):
    """libyaml with YAML 1.2's core schema in place of YAML 1.1's."""


_Loader.yaml_implicit_resolvers = {}
for _tag, (_pattern, _first) in _SCALARS.items():
    _Loader.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern.pattern})$"), list(_first))


@dataclass(frozen=True)
class Document:
    """A file's data and its node tree, in which lines are looked up."""

    file: str
    data: Data
    root: yaml.Node | None

    def line(self, path: ModelPath) -> int:
        """Return the line (from 1) of the deepest part of the path that the file has.

        pydantic puts the names of union members into its paths; parts that the file does not know are skipped.
        """
        node, line = self.root, 1
        if isinstance(node, yaml.Node):
            line = node.start_mark.line + 1
        for part in path:
            found = _child(node, part)
            if found is not None:
                line, node = found
        return line


def _child(node: yaml.Node | None, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item.start_mark.line + 1, item
    return None


def read(path: Path, file: str) -> tuple[Document, tuple[Problem, ...]]:
    """Return the document and its problems; with problems the data is not to be used.

    `file` is the name that messages show.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        return _broken(file, 1, f"cannot be read: {error.strerror}", "check the path and its permissions")
    if len(text) > _LARGEST_FILE:
        return _broken(file, 1, "is larger than 16 MiB", "split it: one file a borough")
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        return _broken(file, line, f"is not UTF-8 (byte 0x{text[error.start]:02x})", "save the file as UTF-8")
    return _parse(decoded, file)


def _parse(text: str, file: str) -> tuple[Document, tuple[Problem, ...]]:
    loader = _Loader(text)
    try:
        if deep := _too_deep(text):
            return _broken(file, deep, "is nested too deeply", "flatten it: see docs/inventory.md")
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return _broken(file, mark.line + 1 if mark else 1, *_plain(error))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return _broken(file, line, f"character U+{_code_point(error.character):04X} is not allowed", "remove it")
    finally:
        loader.dispose()
    if root is None:
        return _broken(file, 1, "is empty", "see docs/inventory.md for what belongs here")
    walk = _Walk(file)
    data = walk.data(root)
    return Document(file, data, root), tuple(walk.problems)


def _code_point(character: int | str) -> int:
    """Return a character's number; PyYAML's reader gives either form."""
    return character if isinstance(character, int) else ord(character[:1])


def _too_deep(text: str) -> int | None:
    """Return the line on which nesting passes the limit.

    libyaml composes recursively in C and would overflow its stack. Its events are not recursive but cost as
    much as the whole reading, so only a text that looks deep is put through them.
    """
    if not _LOOKS_DEEP.search(text) and _brackets(text) <= _DEEPEST:
        return None
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return event.start_mark.line + 1 if event.start_mark else 1
    return None


def _brackets(text: str) -> int:
    """Return the deepest nesting of brackets, those inside strings counted too."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(text):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest


def _plain(error: yaml.MarkedYAMLError) -> tuple[str, str]:
    """Say libyaml's complaint in plain words, with what to do."""
    problem = error.problem or "is not YAML"
    if "cannot start any token" in problem:
        return "a tab or stray character where indentation is wanted", "indent with spaces"
    if "another document" in problem or "single document" in (error.context or ""):
        return "holds more than one YAML document", "one document a file: remove the `---`"
    return f"is not YAML: {problem}", "mend the syntax at or just above this line"


def _broken(file: str, line: int, message: str, fix: str) -> tuple[Document, tuple[Problem, ...]]:
    return Document(file, None, None), (Problem(RULE, Severity.ERROR, file, line, "", message, fix),)


class _Walk:
    """Turns nodes into plain data and collects what is not allowed."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def data(self, node: yaml.Node) -> Data:
        """Return the node's data; what is not allowed becomes a problem and None."""
        if id(node) in self._seen:
            self._refuse(node, "aliases are not allowed", "write the value out again")
            return None
        self._seen.add(id(node))
        if not node.tag.startswith(_CORE) or node.tag.removeprefix(_CORE) not in _KINDS:
            self._refuse(node, f"the tag {node.tag!r} is not allowed", "remove it")
            return None
        if isinstance(node, yaml.MappingNode):
            return {key: self.data(value) for key, value in self._members(node)}
        if isinstance(node, yaml.SequenceNode):
            return [self.data(item) for item in node.value]
        return _scalar(node)

    def _members(self, node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node]]:
        lines: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._refuse(key, "a key must be a word", "see docs/inventory.md")
            elif key.value == "<<":
                self._refuse(key, "merge keys are not allowed", "write the keys out")
            elif key.value in lines:
                first = lines[key.value]
                self._refuse(key, f"duplicate key `{key.value}` (first on line {first})", "keep one of them")
            else:
                lines[key.value] = key.start_mark.line + 1
                yield key.value, value

    def _refuse(self, node: yaml.Node, message: str, fix: str) -> None:
        line = node.start_mark.line + 1
        self.problems.append(Problem(RULE, Severity.ERROR, self.file, line, "", message, fix))


_KINDS = frozenset({"str", "bool", "int", "float", "null", "map", "seq"})


def _scalar(node: yaml.Node) -> Data:
    kind, value = node.tag.removeprefix(_CORE), str(node.value)
    match kind:
        case "bool":
            return value == "true"
        case "int":
            return int(value)
        case "float":
            return float(value)
        case "null":
            return None
        case _:
            return value
