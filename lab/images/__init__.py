"""The lab's images: Debian roots, device images on them, and the control image.

Their tags carry a hash of all that went in, so what is there already is not made again.
"""

from lab.images.build import ensure, list_images, remove_images
from lab.images.recipes import ROOTS, SOFTWARE, Image, Root, image_for
from lab.images.roots import write_tar
from lab.images.workshop import Workshop

__all__ = [
    "ROOTS",
    "SOFTWARE",
    "Image",
    "Root",
    "Workshop",
    "ensure",
    "image_for",
    "list_images",
    "remove_images",
    "write_tar",
]
