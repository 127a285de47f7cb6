"""What the guest is made of: data only."""

from __future__ import annotations

from typing import Final

from lab.images import ROOTS, Image, Root

# The release of the servers' and access points' image: the same daemons in the same versions.
SUITE: Final = ROOTS[Image.DEBIAN_13].suite
ROOT: Final = Root(
    release=ROOTS[Image.DEBIAN_13].release,
    suite=SUITE,
    packages=(
        "freeradius",
        "hostapd",
        "iproute2",
        "iw",
        "kmod",
        "python3",
        "radsecproxy",
        "tcpdump",
        "wireless-regdb",
        "wpasupplicant",
    ),
)

# Debian's kernel for real machines: the cloud flavour has no mac80211_hwsim.
KERNEL: Final = "linux-image-amd64"
# Fetched and unpacked, never installed: its scripts would make an initramfs that nobody boots. Debian's metapackage
# names the kernel's own package; depmod writes what modprobe reads.
KERNEL_HOOK: Final = (
    f'set -e; name=$(chroot "$1" apt-cache depends --important {KERNEL}'
    " | sed -n 's/.*Depends: \\(linux-image-[^ ]*\\)/\\1/p' | head -n 1);"
    f' [ -n "$name" ] || {{ echo "E: there is no package {KERNEL}" >&2; exit 1; }};'
    ' chroot "$1" sh -c "cd /tmp && apt-get download -qq $name" >&2;'
    ' dpkg -x "$1"/tmp/linux-image-*.deb "$1"; rm "$1"/tmp/linux-image-*.deb;'
    ' chroot "$1" depmod "$(ls "$1"/usr/lib/modules)"'
)

# What is loaded, by name; what these need comes with them.
MODULES: Final = (
    "8021q",
    "9p",
    "9pnet_virtio",
    "bridge",
    "ccm",
    "cmac",
    "gcm",
    "mac80211_hwsim",
    "sch_netem",
    "veth",
    "virtio_rng",
)

# Nothing in the guest reads these, and every octet is unpacked into memory at each start.
DROPPED: Final = (
    "boot/System.map",
    "boot/config",
    "usr/bin/perl",
    "usr/lib/python3.13/test",
    "usr/lib/x86_64-linux-gnu/libperl",
    "usr/lib/x86_64-linux-gnu/perl",
    "usr/share/doc",
    "usr/share/perl",
    "var/cache",
    "var/lib/apt",
    "var/lib/dpkg",
)
