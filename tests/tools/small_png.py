"""Screenshots as small PNGs: at most 256 colours, as a page's text and boxes need no more."""

import base64
import struct
import zlib

import numpy as np
from playwright.async_api import Page

PIXELS = """async (png) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), {width: image.width, height: image.height});
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const data = context.getImageData(0, 0, image.width, image.height).data;
  let text = '';
  for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
  return [image.width, image.height, btoa(text)];
}"""
_COLOURS = 256


async def small(page: Page, png: bytes) -> bytes:
    """``png`` in few colours; ``page``: an empty one, which decodes it."""
    width, height, pixels = await page.evaluate(PIXELS, base64.b64encode(png).decode())
    rgb = np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(height * width, 4)[:, :3].astype(np.int64)
    packed = (rgb[:, 0] << 16) | (rgb[:, 1] << 8) | rgb[:, 2]
    colours, which, count = np.unique(packed, return_inverse=True, return_counts=True)
    kept = np.sort(colours[np.argsort(-count, kind="stable")[:_COLOURS]])
    nearest = _split(colours)[:, None, :] - _split(kept)[None, :, :]
    index = (nearest**2).sum(axis=2).argmin(axis=1).astype(np.uint8)[which].reshape(height, width)
    rows = np.hstack([np.zeros((height, 1), np.uint8), index])  # each row begins with its filter: none
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = (
        (b"IHDR", head),
        (b"PLTE", _split(kept).astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _split(packed: np.ndarray) -> np.ndarray:
    return np.stack([packed >> 16 & 255, packed >> 8 & 255, packed & 255], axis=1)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
