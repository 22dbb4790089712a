"""A picture as the analysis wants it: small and grey at once, whole and in colour only when somebody looks closely."""

from __future__ import annotations

from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
"""Shape (height, width, 3), red first."""
Grey = NDArray[np.uint8]
"""Shape (height, width)."""

cv2.setNumThreads(1)  # one camera, one thread: many cameras share the cores

_RGB_DIMENSIONS = 3


class Picture(Protocol):
    """One frame. A video's frame does the work of `grey` and `rgb` only when asked."""

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height in pixels."""
        ...

    def grey(self, size: tuple[int, int]) -> Grey:
        """Return the picture in grey, scaled to (width, height)."""
        ...

    def rgb(self) -> Rgb:
        """Return the picture whole, in colour."""
        ...


class ArrayPicture:
    """A picture that lies in memory as an array of RGB."""

    def __init__(self, rgb: Rgb) -> None:
        """Keep the array; it is not copied. Raises ValueError for anything but (height, width, 3) of uint8."""
        if rgb.ndim != _RGB_DIMENSIONS or rgb.shape[2] != _RGB_DIMENSIONS or rgb.dtype != np.uint8 or rgb.size == 0:
            msg = f"a picture is (height, width, 3) of uint8, not {rgb.shape} of {rgb.dtype}"
            raise ValueError(msg)
        self._rgb = rgb

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height in pixels."""
        return self._rgb.shape[1], self._rgb.shape[0]

    def grey(self, size: tuple[int, int]) -> Grey:
        """Return the picture in grey, scaled."""
        return np.asarray(cv2.cvtColor(scaled(self._rgb, size), cv2.COLOR_RGB2GRAY), np.uint8)

    def rgb(self) -> Rgb:
        """Return the array itself."""
        return self._rgb


def small_size(size: tuple[int, int], width: int) -> tuple[int, int]:
    """Return the size of a picture scaled down to `width`, in its own proportions; never scaled up."""
    if size[0] <= width:
        return size
    return width, max(1, round(size[1] * width / size[0]))


def scaled(image: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return an image at (width, height), averaged where it shrinks."""
    height, width = image.shape[:2]
    if (width, height) == size:
        return image
    by = min(width // max(1, size[0]), height // max(1, size[1]))
    if by > 1:  # by whole pixels first: OpenCV averages those many times faster than parts of pixels
        whole = image[: height // by * by, : width // by * by]
        image = cv2.resize(whole, (width // by, height // by), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    if image.shape[1::-1] == size:
        return np.asarray(image, np.uint8)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def luminance(values: NDArray[Any]) -> float:
    """Return the mean of a grey picture, 0 to 255."""
    return float(np.mean(values))


_LUMA_FIRST = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "nv21", "gray"})
"""Forms of a frame whose first plane is its brightness, a byte a pixel: what all cameras' decoders give."""
_WHOLE_RANGE = 2
_WHOLE = np.clip(np.rint((np.arange(256) - 16) * 255 / 219), 0, 255).astype(np.uint8)
"""Video's brightness from 16 to 235, spread over the whole byte."""


class FramePicture:
    """A decoded frame of PyAV. Its brightness is taken as it lies there; colour is made when somebody asks for it."""

    def __init__(self, frame: Any) -> None:
        """Keep an `av.VideoFrame`; it is not changed."""
        self._frame = frame

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height in pixels."""
        return self._frame.width, self._frame.height

    def grey(self, size: tuple[int, int]) -> Grey:
        """Return the frame in grey, scaled."""
        frame = self._frame
        if frame.format.name in _LUMA_FIRST:
            plane = frame.planes[0]
            lines = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
            small = scaled(lines[: frame.height, : frame.width], size)
            if frame.format.name.startswith(("yuvj", "gray")) or frame.color_range == _WHOLE_RANGE:
                return small.copy() if small.base is not None else small
            return np.asarray(cv2.LUT(small, _WHOLE), np.uint8)
        small = self._frame.reformat(width=size[0], height=size[1], format="gray", interpolation="AREA")
        return np.asarray(small.to_ndarray(), np.uint8)

    def rgb(self) -> Rgb:
        """Return the frame in colour."""
        return np.asarray(self._frame.to_ndarray(format="rgb24"), np.uint8)
