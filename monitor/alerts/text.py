"""Plain values as YAML that people read: keys in our order, long texts as blocks."""

from __future__ import annotations

from typing import Any, Final

import yaml

_WIDTH: Final = 1000


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and never an alias."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401  the base class's signature
        del data
        return True


def _spell(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _spell)


def as_yaml(value: object, headline: str) -> str:
    """Return a YAML document below a comment of one line."""
    return f"# {headline}\n{yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=_WIDTH, allow_unicode=True)}"
