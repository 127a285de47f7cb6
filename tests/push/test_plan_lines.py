"""Plans of devices that are driven by lines: what is shown, and what is not."""

from __future__ import annotations

import pytest

from roaming.errors import RenderError
from roaming.model.bundle import DeviceBundle, DeviceKind, File, Slot, SlotKind
from roaming.plan import Change, Plan, as_json, as_text, hint, plan_lines
from roaming.secrets import FingerprintKey, Mask, Redaction
from roaming.targets import TARGETS

CATALYST = TARGETS["iosxe"]
KEY = FingerprintKey(b"k" * 32)
OTHERS = "hostname wlc\nradius server CORP\n address ipv4 10.9.9.9 auth-port 1645 acct-port 1646\n key 0 theirs\n"
SERVER = "radius server LON-a\n address ipv4 10.7.0.11 auth-port 1812 acct-port 1813\n key 0 "
WLAN = "wlan LON-govroam 17 govroam\n security pmf optional\n no shutdown\n"
FILE = File("config.txt", (SERVER, Slot(SlotKind.SECRET, "camden/wlc", "ios_key"), f"\n{WLAN}"), mode=0o600)
DEVICE = DeviceBundle("camden", "", "wlc", DeviceKind.CONTROLLER, "iosxe", "17.12.4", (FILE,), "LON-")
SECRET = "s3cr3t-and-long"  # noqa: S105  a test's
WANTED = f"{SERVER}{SECRET}\n{WLAN}"
REDACTION = Redaction({"config.txt": FILE}, Mask.of({"camden/wlc": SECRET}, KEY), KEY, CATALYST.redact)


def test_what_is_to_be_done_is_shown_without_secrets_and_without_what_is_not_ours() -> None:
    running = OTHERS + SERVER + "former-secret\n" + WLAN.replace("optional", "mandatory")
    plan = plan_lines(DEVICE, CATALYST, WANTED, running, REDACTION, renew={})
    (file,) = plan.changes
    former, later = KEY.of(b"former-secret"), KEY.of(SECRET.encode())
    assert file.diff == (
        "--- config.txt\n+++ config.txt\n@@ -1,6 +1,6 @@\n radius server LON-a\n"
        "  address ipv4 10.7.0.11 auth-port 1812 acct-port 1813\n"
        f"- key 0 <secret camden/wlc fingerprint {former}>\n+ key 0 <secret camden/wlc fingerprint {later}>\n"
        " wlan LON-govroam 17 govroam\n- security pmf mandatory\n+ security pmf optional\n  no shutdown\n"
    )
    assert plan.running == running
    assert plan.commands[0] == "radius server LON-a"
    text = as_text(Plan((plan,)), created=True)
    assert text.startswith(
        "camden/wlc: 8 commands\n"
        "  RADIUS server LON-a gets a new key: nobody gets in by it until the server has it too\n"
        "  WLAN govroam (LON-govroam) is shut and opened: its clients are sent away once\n"
        "  changed config.txt\n"
    )
    for said in (text, str(as_json(Plan((plan,)))), repr(plan)):
        assert SECRET not in said
        assert "former-secret" not in said
        assert "theirs" not in said


def test_ciphertext_is_no_change_and_is_named() -> None:
    running = f"{OTHERS}{SERVER.replace('key 0', 'key 6')}AAAA\n{WLAN}"
    plan = plan_lines(DEVICE, CATALYST, WANTED, running, REDACTION, renew={})
    assert plan.empty
    assert [file.change for file in plan.files] == [Change.UNCHANGED]
    assert plan.unverifiable == ("radius server LON-a: key",)
    assert as_json(Plan((plan,)))["files"] == 0
    renewed = plan_lines(DEVICE, CATALYST, WANTED, running, REDACTION, renew={SECRET: "camden/wlc"})
    assert renewed.commands == ("radius server LON-a", f" key 0 {SECRET}", " exit")
    assert "- key 6 <masked>\n" in renewed.changes[0].diff


def test_where_nothing_of_ours_is_all_is_new() -> None:
    plan = plan_lines(DEVICE, CATALYST, WANTED, OTHERS, REDACTION, renew={})
    assert [file.change for file in plan.files] == [Change.CREATED]
    assert plan.outage == ()
    assert hint(plan) == "nothing is interrupted"
    assert "camden/wlc: 8 commands\n  nothing is interrupted\n" in as_text(Plan((plan,)), created=False)


def test_a_device_of_files_has_no_lines() -> None:
    with pytest.raises(RenderError, match="hostapd is driven by files, not by lines"):
        plan_lines(DEVICE, TARGETS["hostapd"], "", "", REDACTION, renew={})
