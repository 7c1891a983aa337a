"""Images and arrays: of Pillow and numpy, where the agent has imported them."""

import sys
from base64 import b64decode, b64encode
from importlib import import_module
from io import BytesIO
from typing import Any

from pytest_oao.model.jsontypes import JSONObject
from pytest_oao.values.unkept import TAG, Unreadable


def array_form(value: object) -> JSONObject | None:
    """Return the form of an image, an array or a number of numpy's; None of anything else."""
    numpy, image = sys.modules.get("numpy"), sys.modules.get("PIL.Image")
    if image is not None and isinstance(value, image.Image) and type(value).__module__.startswith("PIL."):
        return _image_form(value)
    if numpy is not None and isinstance(value, numpy.ndarray | numpy.generic) and _is_plain(numpy, value):
        kind = "array" if type(value) is numpy.ndarray else "number"
        data = b64encode(value.tobytes()).decode()
        return {TAG: kind, "dtype": value.dtype.str, "shape": list(value.shape), "base64": data}
    return None


def _is_plain(numpy: Any, value: Any) -> bool:
    """Whether an array is one of numpy's own class, or a number, and of one type without fields."""
    own = type(value) is numpy.ndarray or isinstance(value, numpy.generic)
    return own and not value.dtype.hasobject and value.dtype.names is None


def _image_form(image: Any) -> JSONObject | None:
    """Return an image as PNG, which loses nothing; None where PNG does not have its mode."""
    stream = BytesIO()
    try:
        image.save(stream, "PNG")
    except OSError:
        return None
    return {TAG: "image", "png": b64encode(stream.getvalue()).decode()}


def _image(form: JSONObject) -> object:
    library = import_module("PIL.Image")
    try:
        image = library.open(BytesIO(b64decode(str(form["png"]))), formats=["PNG"])
        image.load()
    except (OSError, SyntaxError, library.DecompressionBombError) as error:
        raise Unreadable(f"the image cannot be read: {error}") from error
    return image


def _array(form: JSONObject) -> object:
    numpy = import_module("numpy")  # where one was recorded
    dtype = numpy.dtype(str(form["dtype"]))
    if dtype.hasobject:
        raise Unreadable("an array of objects is no data")
    array = numpy.frombuffer(b64decode(str(form["base64"])), dtype).reshape(form["shape"]).copy()
    return array if form[TAG] == "array" else array[()]


READERS = {"image": _image, "array": _array, "number": _array}
"""By the tag of the form."""
