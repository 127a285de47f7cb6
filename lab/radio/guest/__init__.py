"""The radio lab's guest: Debian's kernel with simulated radios and its packaged daemons, built once and booted per run.

`ensure_guest` builds and caches it; `boot` runs it with a folder that host and guest share.
"""

from lab.radio.guest.boot import Boot, Ran, boot
from lab.radio.guest.build import Guest, GuestShop, cache_folder, ensure_guest, list_guests, remove_guests
from lab.radio.guest.fake import FakeMachine
from lab.radio.guest.machine import Accelerator, Machine, Qemu

__all__ = [
    "Accelerator",
    "Boot",
    "FakeMachine",
    "Guest",
    "GuestShop",
    "Machine",
    "Qemu",
    "Ran",
    "boot",
    "cache_folder",
    "ensure_guest",
    "list_guests",
    "remove_guests",
]
