"""The boundary of a form with files: random in every client, and part of the body that is compared."""

import sys
from collections.abc import Callable

from pytest_oao.adapters.patching import Patches
from pytest_oao.runtime.running import current

BOUNDARY = "oao-multipart-boundary-7f3c9a51d2e84b06"


class MultipartBoundaries:
    """Patches where urllib3 (and with it requests) and aiohttp choose a boundary."""

    name = "multipart boundaries"
    modules = ("urllib3.filepost", "aiohttp.multipart")

    def install(self, module: str) -> Callable[[], None]:
        """Patch `module`."""
        patches, library = Patches(), sys.modules[module]
        if module == "urllib3.filepost":
            patches.wrap(library, "choose_boundary", _chosen)
        else:
            patches.wrap(library.MultipartWriter, "__init__", _pinned)
        return patches.undo


def _chosen(original: Callable[[], str]) -> Callable[[], str]:
    return lambda: original() if current() is None else BOUNDARY


def _pinned(original: Callable[..., None]) -> Callable[..., None]:
    def construct(self: object, subtype: str = "mixed", boundary: str | None = None) -> None:
        if boundary is None and subtype == "form-data" and current() is not None:  # forms do not nest
            boundary = BOUNDARY
        original(self, subtype, boundary)

    return construct
