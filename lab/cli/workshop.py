"""The images, as the commands need them: made where they are missing."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lab.images import Image, Workshop, ensure

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.engine import Engine
    from lab.folder import Folder


def ensurer(engine: Engine, where: Folder, step: Callable[[str], None]) -> Callable[[Image], str]:
    """Return a function from an image to its tag, which makes each image at most once."""
    shop = Workshop(engine, where.root / "images", where.checkout / "requirements.txt", step)

    @cache
    def found(image: Image) -> str:
        return ensure(shop, image)

    return found
