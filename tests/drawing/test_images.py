"""Images from files and arrays of any kind."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from odquality.drawing.images import as_rgb, read_image, save_image

RGB = np.random.default_rng(0).integers(0, 256, (6, 9, 3), dtype=np.uint8)


def test_rgb_is_left_as_it_is() -> None:
    assert np.shares_memory(as_rgb(RGB), RGB)


@pytest.mark.parametrize("shape", [(6, 9), (6, 9, 1)])
def test_grey_becomes_three_channels(shape: tuple[int, ...]) -> None:
    grey = RGB[:, :, 0].reshape(shape)
    np.testing.assert_array_equal(as_rgb(grey), np.repeat(RGB[:, :, :1], 3, axis=2))


def test_alpha_is_ignored() -> None:
    np.testing.assert_array_equal(as_rgb(np.dstack([RGB, RGB[:, :, 0]])), RGB)


def test_shares_are_taken_of_255() -> None:
    np.testing.assert_array_equal(as_rgb(RGB / 255), RGB)
    np.testing.assert_array_equal(as_rgb(RGB > 9), np.where(RGB > 9, 255, 0))


def test_other_numbers_are_stretched() -> None:
    deep = np.array([[1000, 3000], [2000, 1000]], np.uint16)
    np.testing.assert_array_equal(as_rgb(deep)[:, :, 1], [[0, 255], [128, 0]])
    assert as_rgb(np.full((2, 2), 7000)).max() == 0
    assert as_rgb(np.array([[np.nan, -1.0, 1.0]])).tolist()[0][0] == [128, 128, 128]


@pytest.mark.parametrize("shape", [(3,), (4, 4, 2), (0, 4, 3), (1, 4, 4, 3)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"image has shape .*; expected \(H, W\)"):
        as_rgb(np.zeros(shape))


def test_text_is_refused() -> None:
    with pytest.raises(ValueError, match="expected numbers"):
        as_rgb(np.array([["a"]]))


def test_a_saved_image_is_read_again(tmp_path: Path) -> None:
    save_image(RGB, tmp_path / "one.png")
    np.testing.assert_array_equal(read_image(tmp_path / "one.png"), RGB)


def test_an_image_is_turned_as_its_metadata_say(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    Image.fromarray(RGB).save(tmp_path / "one.png", exif=exif)
    np.testing.assert_array_equal(read_image(tmp_path / "one.png"), np.rot90(RGB, -1))


def test_images_of_16_bits_are_stretched(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 40000]], np.uint16)).save(tmp_path / "deep.png")
    assert read_image(tmp_path / "deep.png")[0, :, 0].tolist() == [0, 255]


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.png").write_text("no image")
    for name in ("one.png", "none.png"):
        with pytest.raises(ValueError, match=f"no image can be read from .*{name}"):
            read_image(tmp_path / name)


def png(width: int, height: int, *, data: bytes = b"", kind: bytes = b"IDAT") -> bytes:
    """A file of a size in pixels, with these data in its second chunk."""
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [
        struct.pack(">I", len(one)) + name + one + struct.pack(">I", zlib.crc32(name + one))
        for name, one in ((b"IHDR", size), (kind, data), (b"IEND", b""))
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (png(100_000, 100_000), "exceeds limit"),
        (png(4, 4, data=zlib.compress(b"\0" * 7)), "truncated"),
        # Pillow takes this for an error of syntax, and not of the file.
        (png(4, 4, data=zlib.compress(b"\0" * 7))[:-8] + b"\xbf\xdc\xe2\xef\0\0\0\0", "broken"),
    ],
)
def test_what_is_damaged_or_too_large_is_refused(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / "one.png").write_bytes(content)
    with pytest.raises(ValueError, match=rf"no image can be read from .*one\.png.*{reason}"):
        read_image(tmp_path / "one.png")


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        *((mode, "one.png") for mode in ("1", "L", "LA", "P", "RGBA")),
        *((mode, "one.tif") for mode in ("CMYK", "LAB")),
    ],
)
def test_images_of_any_mode_are_read(tmp_path: Path, mode: str, name: str) -> None:
    image = Image.fromarray(RGB)
    odd = Image.merge(mode, image.split()) if mode == "LAB" else image.convert(mode)
    odd.save(tmp_path / name)
    found = read_image(tmp_path / name)
    assert found.shape == RGB.shape
    if mode != "LAB":
        np.testing.assert_array_equal(found, np.asarray(odd.convert("RGB")))
