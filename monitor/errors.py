"""What can go wrong in the monitor, as one tree. Nothing foreign escapes a public function."""

from __future__ import annotations


class MonitorError(Exception):
    """Anything that stops a command or a cycle; its text says what, where and what to do."""


class SettingError(MonitorError):
    """An option, a web configuration or a profile cannot be used as it stands."""


class ListenError(MonitorError):
    """A port or an address cannot be listened on."""


class PictureError(MonitorError):
    """A picture of the federation cannot be had, or what came is none."""


class CaptureError(MonitorError):
    """A capture cannot be read at all: it is not there, it is none, or nothing in it is of a kind that we know."""
