"""One YAML file read strictly: plain data beside the line of every key.

YAML 1.2's core scalars (`off` is a word, `010` a number's mistake), no anchors, no aliases, no merge keys, no tags,
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
    f"{_CORE}int": (re.compile(r"-?(0|[1-9][0-9]{0,17})"), "-0123456789"),
    f"{_CORE}float": (re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})"), "-0123456789"),
    f"{_CORE}null": (re.compile(r"null|~|"), ["n", "~", ""]),
}
_LARGEST_FILE = 16 * 1024 * 1024
_DEEPEST = 40
_LOOKS_DEEP = re.compile(rf"^[ ?-]{{{_DEEPEST},}}", re.MULTILINE)
_LOOKS_ODD = re.compile(r"[&*!]")
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
        """Return the line (from 1) of the deepest part of the path that the file has."""
        return self._walk(path)[0]

    def known(self, path: ModelPath) -> ModelPath:
        """Return the parts of the path that the file has: pydantic puts the names of union members into its paths."""
        return self._walk(path)[1]

    def _walk(self, path: ModelPath) -> tuple[int, ModelPath]:
        node, known = self.root, []
        line = node.start_mark.line + 1 if isinstance(node, yaml.Node) else 1
        for part in path:
            found = _child(node, part)
            if found is not None:
                line, node = found
                known.append(part)
        return line, tuple(known)


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
        if path.exists() and not path.is_file():
            return _broken(file, 1, "this is not a file", "put the file in its place")
        text = path.read_bytes()
    except OSError as error:
        return _broken(file, 1, f"the file cannot be read: {error.strerror}", "check the path and its permissions")
    if len(text) > _LARGEST_FILE:
        return _broken(file, 1, "the file is larger than 16 MiB", "split it: one file a borough")
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        return _broken(file, line, f"the file is not UTF-8 (byte 0x{text[error.start]:02x})", "save the file as UTF-8")
    return parse(decoded, file)


def parse(text: str, file: str) -> tuple[Document, tuple[Problem, ...]]:
    """Return the document of a text and its problems; `read` does this for a file."""
    loader = _Loader(text)
    try:
        if odd := _odd(text, file):
            return Document(file, None, None), odd
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        return _broken(file, _line(error), *_plain(error))
    except yaml.reader.ReaderError as error:
        line = text.encode().count(b"\n", 0, error.position) + 1
        code = error.character if isinstance(error.character, int) else ord(error.character[:1])
        return _broken(file, line, f"the character U+{code:04X} is not allowed", "remove it")
    finally:
        loader.dispose()
    walk = _Walk(file)
    data = walk.data(root) if root else None
    if data is None and not walk.problems:
        return _broken(file, 1, "the file is empty", "docs/inventory.md says what belongs here")
    return Document(file, data, root), tuple(walk.problems)


def _odd(text: str, file: str) -> tuple[Problem, ...]:
    """Return what is refused before the text is composed: deep nesting, anchors, aliases, tags.

    libyaml composes recursively in C and would overflow its stack, and an alias is a bomb's fuse. Events are not
    recursive and know their lines, but cost as much as the whole reading: only what looks odd is put through them.
    """
    if not _LOOKS_ODD.search(text) and not _LOOKS_DEEP.search(text) and _brackets(text) <= _DEEPEST:
        return ()
    problems: list[Problem] = []
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return (
                _error(file, line, f"nested more than {_DEEPEST} deep", "docs/inventory.md says what belongs here"),
            )
        problems.extend(_error(file, line, message, fix) for message, fix in _refused(event))
    return tuple(dict.fromkeys(problems))


def _refused(event: yaml.Event) -> Iterator[tuple[str, str]]:
    if isinstance(event, yaml.AliasEvent):
        yield f"the alias *{event.anchor} is not allowed", "write the value out again"
    elif isinstance(event, yaml.NodeEvent) and event.anchor:
        yield f"the anchor &{event.anchor} is not allowed", "remove it"
    tag = getattr(event, "tag", None)
    if tag:
        yield f"the tag {tag.replace(_CORE, '!!')} is not allowed", "remove it"


def _brackets(text: str) -> int:
    """Return the deepest nesting of brackets, those inside strings counted too."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(text):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest


def _line(error: yaml.MarkedYAMLError) -> int:
    """Return the line to look at: for what was never closed, where it was opened."""
    opened = "end of stream" in (error.problem or "")
    mark = (error.context_mark if opened else error.problem_mark) or error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 1


def _plain(error: yaml.MarkedYAMLError) -> tuple[str, str]:
    """Say libyaml's complaint in plain words, with what to do."""
    problem = error.problem or "is not YAML"
    if "tab character" in problem or "cannot start any token" in problem:
        return "a tab or stray character where indentation is wanted", "indent with spaces"
    if "another document" in problem or "single document" in (error.context or ""):
        return "the file holds more than one YAML document", "one document a file: remove the `---`"
    return f"not YAML: {problem}", "mend the syntax at or just above this line"


def _broken(file: str, line: int, message: str, fix: str) -> tuple[Document, tuple[Problem, ...]]:
    return Document(file, None, None), (_error(file, line, message, fix),)


def _error(file: str, line: int, message: str, fix: str) -> Problem:
    return Problem(RULE, Severity.ERROR, file, line, "", visible(message), fix)


def visible(text: str) -> str:
    """Return a text from a file with what a terminal would obey spelled out."""
    return "".join(part if part.isprintable() else f"\\u{ord(part):04x}" for part in text)


class _Walk:
    """Turns nodes into plain data and collects what is not allowed. Tags and aliases have been refused before."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def data(self, node: yaml.Node) -> Data:
        """Return the node's data."""
        if isinstance(node, yaml.MappingNode):
            return {key: self.data(value) for key, value in self._members(node)}
        if isinstance(node, yaml.SequenceNode):
            return [self.data(item) for item in node.value]
        return _scalar(node)

    def _members(self, node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node]]:
        lines: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._refuse(key, "a key must be a word", "docs/inventory.md says which keys there are")
            elif key.value == "<<":
                self._refuse(key, "merge keys are not allowed", "write the keys out")
            elif key.value in lines:
                first = lines[key.value]
                self._refuse(key, f"duplicate key `{key.value}` (first on line {first})", "keep one of them")
            else:
                lines[key.value] = key.start_mark.line + 1
                yield key.value, value

    def _refuse(self, node: yaml.Node, message: str, fix: str) -> None:
        self.problems.append(_error(self.file, node.start_mark.line + 1, message, fix))


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
