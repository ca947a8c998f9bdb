"""A photo sent with a notice stays upright when everything else its camera wrote is taken out (journeys O8, scenario 8)."""

import base64
import struct

import pytest

from trading.rules.stripping import stripped
from trading.rules.stripping_images import orientation_segment

pytestmark = pytest.mark.needs_browser
MAKE, ORIENTATION, ASCII, SHORT = 0x010F, 0x0112, 2, 3
CAMERA = b"BidderCam-42\x00\x00\x00\x00"
PICTURE = """() => new Promise((done) => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [64, 32];
  canvas.getContext('2d').fillRect(0, 0, 64, 8);
  canvas.toBlob((blob) => blob.arrayBuffer().then((bytes) =>
    done(btoa(String.fromCharCode(...new Uint8Array(bytes))))), 'image/jpeg');
})"""
SIZE = """(data) => new Promise((done, failed) => {
  const image = new Image();
  image.addEventListener('load', () => done([image.naturalWidth, image.naturalHeight]));
  image.addEventListener('error', failed);
  image.src = 'data:image/jpeg;base64,' + data;
})"""


def exif(order, orientation):
    """What a camera writes: its maker, and how it was held."""
    start = b"II*\x00" if order == "<" else b"MM\x00*"
    maker = struct.pack(f"{order}HHII", MAKE, ASCII, len(CAMERA), 38)
    turned = struct.pack(f"{order}HHIHH", ORIENTATION, SHORT, 1, orientation, 0)
    tiff = start + struct.pack(f"{order}IH", 8, 2) + maker + turned + struct.pack(f"{order}I", 0) + CAMERA
    body = b"Exif\x00\x00" + tiff
    return struct.pack(">BBH", 0xFF, 0xE1, len(body) + 2) + body


@pytest.fixture
def picture(page):
    """A JPEG twice as wide as high, as a browser writes it."""
    return base64.b64decode(page.evaluate(PICTURE))


def size_of(page, data):
    return page.evaluate(SIZE, base64.b64encode(data).decode())


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_photo_stays_as_it_was_held_and_tells_nothing_of_its_camera(page, picture, order, orientation):
    taken = picture[:2] + exif(order, orientation) + picture[2:]
    before = size_of(page, taken)
    assert before == ([32, 64] if orientation in {6, 8} else [64, 32])

    clean = stripped("photo.jpg", taken)

    assert size_of(page, clean) == before
    assert CAMERA.strip(b"\x00") not in clean
    assert clean.count(b"Exif") == (0 if orientation == 1 else 1)
    assert len(clean) - len(stripped("photo.jpg", picture)) in {0, len(orientation_segment(orientation))}
    assert stripped("photo.jpg", clean) == clean


@pytest.mark.parametrize(
    "broken", [b"Exif\x00\x00II*\x00", b"Exif\x00\x00II*\x00\xff\xff\xff\x7f\x00\x00", b"Exif\x00\x00XX"]
)
def test_a_broken_exif_is_dropped_and_the_picture_stays(page, picture, broken):
    segment = struct.pack(">BBH", 0xFF, 0xE1, len(broken) + 2) + broken
    clean = stripped("photo.jpg", picture[:2] + segment + picture[2:])

    assert clean == stripped("photo.jpg", picture)
    assert size_of(page, clean) == [64, 32]
