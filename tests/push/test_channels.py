"""A channel that sshd refuses: asked for again, then named. `test_transport.py` does it with a real sshd."""

from __future__ import annotations

from dataclasses import dataclass

import paramiko
import pytest

from roaming.transport import Access
from roaming.transport.linux import open_channel
from roaming.transport.strict import plain

REFUSED = paramiko.ChannelException(2, "Connect failed")
# What paramiko says where another channel's refusal has taken the exception, and where the connection is lost.
BESIDE_ANOTHER = paramiko.SSHException("Unable to open channel.")
LATE = paramiko.SSHException("Timeout opening channel.")


@dataclass
class Refusing:
    """A transport whose sshd refuses so many channels before it grants one."""

    refusals: int
    error: paramiko.SSHException = REFUSED
    active: bool = True
    asked: int = 0

    def open_session(self, timeout: float) -> str:
        del timeout
        self.asked += 1
        if self.asked <= self.refusals:
            raise self.error
        return "a channel"

    def is_active(self) -> bool:
        return self.active


@pytest.mark.parametrize("error", [REFUSED, BESIDE_ANOTHER], ids=["refused", "refused beside another"])
def test_a_channel_is_asked_for_again_while_sshd_still_counts_ended_ones(error: paramiko.SSHException) -> None:
    pauses: list[float] = []
    transport = Refusing(3, error)
    assert open_channel(transport, pauses.append) == "a channel"
    assert pauses == [0.2, 0.5, 1]


@pytest.mark.parametrize(
    "transport", [Refusing(99, LATE), Refusing(99, BESIDE_ANOTHER, active=False)], ids=["late", "lost"]
)
def test_what_is_no_refusal_is_not_asked_for_again(transport: Refusing) -> None:
    pauses: list[float] = []
    with pytest.raises(paramiko.SSHException) as caught:
        open_channel(transport, pauses.append)
    assert (caught.value, pauses, transport.asked) == (transport.error, [], 1)


@pytest.mark.parametrize("error", [REFUSED, BESIDE_ANOTHER], ids=["refused", "refused beside another"])
def test_a_channel_that_is_always_refused_is_given_up(error: paramiko.SSHException) -> None:
    pauses: list[float] = []
    transport = Refusing(99, error)
    with pytest.raises(paramiko.ChannelException) as caught:
        open_channel(transport, pauses.append)
    assert transport.asked == len(pauses) + 1 == 6
    access = Access("camden-agent", "127.0.0.1", 22, "roam")
    assert plain(access, caught.value).endswith(
        ": its sshd refuses one more session on this connection (MaxSessions in sshd_config)"
    )
