"""A channel that sshd refuses: asked for again, then named. `test_transport.py` does it with a real sshd."""

from __future__ import annotations

from dataclasses import dataclass

import paramiko
import pytest

from roaming.transport import Access
from roaming.transport.linux import open_channel
from roaming.transport.strict import plain


@dataclass
class Refusing:
    """A transport whose sshd refuses so many channels before it grants one."""

    refusals: int
    asked: int = 0

    def open_session(self, timeout: float) -> str:
        del timeout
        self.asked += 1
        if self.asked <= self.refusals:
            raise paramiko.ChannelException(2, "Connect failed")
        return "a channel"


def test_a_channel_is_asked_for_again_while_sshd_still_counts_ended_ones() -> None:
    pauses: list[float] = []
    transport = Refusing(3)
    assert open_channel(transport, pauses.append) == "a channel"
    assert pauses == [0.2, 0.5, 1]


def test_a_channel_that_is_always_refused_is_given_up() -> None:
    pauses: list[float] = []
    transport = Refusing(99)
    with pytest.raises(paramiko.ChannelException) as caught:
        open_channel(transport, pauses.append)
    assert transport.asked == len(pauses) + 1 == 6
    access = Access("camden-agent", "127.0.0.1", 22, "roam")
    assert plain(access, caught.value).endswith(
        ": its sshd refuses one more session on this connection (MaxSessions in sshd_config)"
    )
