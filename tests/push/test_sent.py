"""Secrets of which a device shows ciphertext only: believed at first sight, sent when they change, else doubted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from roaming.errors import PushError
from roaming.push.sent import Sent
from roaming.secrets import FingerprintKey

if TYPE_CHECKING:
    from pathlib import Path

OLD = {"camden/wlc": "old-value-0123456789", "camden/coa": "other-value-0123456789"}
NEW = OLD | {"camden/wlc": "new-value-0123456789"}


@pytest.fixture
def sent(tmp_path: Path) -> Sent:
    return Sent(tmp_path, FingerprintKey(b"k" * 32))


def test_what_was_never_seen_is_believed(sent: Sent) -> None:
    assert sent.renew("wlc", OLD) == {}


def test_what_changes_after_first_sight_is_sent(sent: Sent) -> None:
    sent.believe("wlc", OLD)
    sent.believe("wlc", NEW)
    assert sent.renew("wlc", OLD) == {}
    assert sent.renew("wlc", NEW) == {NEW["camden/wlc"]: "camden/wlc"}
    sent.record({"wlc": NEW})
    assert sent.renew("wlc", NEW) == {}


def test_a_device_that_was_brought_back_has_all_of_them_set_again(sent: Sent) -> None:
    sent.record({"wlc": NEW})
    sent.doubt("wlc", NEW)
    assert set(sent.renew("wlc", NEW).values()) == set(NEW)


def test_a_secret_that_comes_later_is_believed_beside_the_others(sent: Sent) -> None:
    sent.believe("wlc", {"camden/wlc": OLD["camden/wlc"]})
    sent.believe("wlc", NEW)
    assert sent.renew("wlc", NEW) == {NEW["camden/wlc"]: "camden/wlc"}


def test_no_value_is_kept(sent: Sent) -> None:
    sent.record({"wlc": OLD})
    text = (sent.state / "sent.json").read_text()
    assert not [value for value in OLD.values() if value in text]
    assert (sent.state / "sent.json").stat().st_mode & 0o777 == 0o600


def test_a_damaged_file_is_said_plainly(sent: Sent) -> None:
    (sent.state / "sent.json").write_text("{")
    with pytest.raises(PushError, match=r"sent.json in the state directory cannot be read: remove it to start anew"):
        sent.renew("wlc", OLD)
