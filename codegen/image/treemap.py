"""A breakdown as an SVG treemap: one box for flash, one for RAM, area in proportion to bytes.

Squarified (Bruls, Huizing, van Wijk, 2000): rows are filled as long as their worst aspect ratio
gets better. Every tile has its name and bytes as a tooltip; tiles too small for text have no label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from codegen.image.breakdown import Breakdown, Item

_WIDTH, _HEIGHT = 1000.0, 560.0
_TITLE_HEIGHT = 26.0
_LEGEND_HEIGHT = 26.0
_LABEL_WIDTH_PER_CHARACTER = 6.2
_COLOURS = {
    "model": "#4e79a7",
    "arena": "#76b7b2",
    "kernels": "#f28e2b",
    "runtime": "#e15759",
    "wire": "#b07aa1",
    "application": "#59a14f",
    "board": "#edc948",
    "libc": "#9c755f",
    "linker": "#d7b5a6",
    "stack": "#bab0ac",
    "padding": "#dddddd",
}
_OTHER_COLOUR = "#ff9da7"


@dataclass(frozen=True)
class Rect:
    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        return self.width * self.height


def squarify(sizes: Sequence[int], frame: Rect) -> list[Rect]:
    """One rectangle a size (> 0, largest first) that together fill the frame."""
    total = sum(sizes)
    areas = [size * frame.area / total for size in sizes]
    placed: list[Rect] = []
    while areas:
        side = min(frame.width, frame.height)
        count = 1
        while count < len(areas) and _worst(areas[: count + 1], side) <= _worst(
            areas[:count], side
        ):
            count += 1
        row, areas = areas[:count], areas[count:]
        depth = sum(row) / side
        offset = 0.0
        for area in row:
            length = area / depth
            if frame.width >= frame.height:
                placed.append(Rect(frame.x, frame.y + offset, depth, length))
            else:
                placed.append(Rect(frame.x + offset, frame.y, length, depth))
            offset += length
        if frame.width >= frame.height:
            frame = Rect(frame.x + depth, frame.y, max(frame.width - depth, 1e-9), frame.height)
        else:
            frame = Rect(frame.x, frame.y + depth, frame.width, max(frame.height - depth, 1e-9))
    return placed


def treemap(breakdown: Breakdown) -> str:
    """The SVG's text."""
    height = 2 * (_HEIGHT + _TITLE_HEIGHT) + _LEGEND_HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {height:g}" '
        'font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    top = 0.0
    for kind, total in (("flash", breakdown.flash_bytes), ("RAM", breakdown.ram_bytes)):
        sized = [(i.flash_bytes if kind == "flash" else i.ram_bytes, i) for i in breakdown.items]
        parts.append(
            f'<text x="4" y="{top + 18:g}" font-size="15">'
            f"{escape(breakdown.board_id)}: {kind} {total:,} B</text>"
        )
        frame = Rect(0, top + _TITLE_HEIGHT, _WIDTH, _HEIGHT)
        parts += _tiles([(size, item) for size, item in sized if size], frame)
        top += _HEIGHT + _TITLE_HEIGHT
    rooms = dict.fromkeys(item.room for item in breakdown.items)
    return "\n".join([*parts, *_legend(list(rooms), top + 8), "</svg>", ""])


def _legend(rooms: Sequence[str], top: float) -> list[str]:
    """What the colours mean; an area is in proportion to its bytes."""
    named = [room for room in _COLOURS if room in rooms]
    named += [room for room in rooms if room not in _COLOURS]
    width = _WIDTH / max(1, len(named))
    return [
        f'<rect x="{4 + number * width:.1f}" y="{top:g}" width="12" height="12" '
        f'fill="{_COLOURS.get(room, _OTHER_COLOUR)}"/>'
        f'<text x="{20 + number * width:.1f}" y="{top + 10:g}">{escape(room)}</text>'
        for number, room in enumerate(named)
    ]


def _tiles(sized: list[tuple[int, Item]], frame: Rect) -> list[str]:
    rooms: dict[str, list[tuple[int, Item]]] = {}
    for size, item in sized:
        rooms.setdefault(item.room, []).append((size, item))
    ordered = sorted(rooms.items(), key=lambda room: -sum(size for size, _ in room[1]))
    if not ordered:
        return []
    frames = squarify([sum(size for size, _ in entries) for _, entries in ordered], frame)
    parts = []
    for (room, entries), inner in zip(ordered, frames, strict=True):
        entries.sort(key=lambda entry: (-entry[0], entry[1].name))
        tiles = squarify([size for size, _ in entries], inner)
        for (size, item), tile in zip(entries, tiles, strict=True):
            parts.append(_tile(room, size, item, tile))
        parts.append(_outline(inner))
    return parts


def _tile(room: str, size: int, item: Item, tile: Rect) -> str:
    label = ""
    fitting = int((tile.width - 6) / _LABEL_WIDTH_PER_CHARACTER)
    if tile.height > 15 and fitting > 5:
        text = item.name if len(item.name) <= fitting else item.name[: fitting - 1] + "…"
        label = f'<text x="{tile.x + 3:.1f}" y="{tile.y + 12:.1f}">{escape(text)}</text>'
    return (
        f'<g><rect x="{tile.x:.1f}" y="{tile.y:.1f}" width="{tile.width:.1f}" '
        f'height="{tile.height:.1f}" fill="{_COLOURS.get(room, _OTHER_COLOUR)}" '
        'stroke="#ffffff" stroke-width="0.5"/>'
        f"<title>{escape(room)}: {escape(item.name)}: {size:,} B</title>{label}</g>"
    )


def _outline(frame: Rect) -> str:
    return (
        f'<rect x="{frame.x:.1f}" y="{frame.y:.1f}" width="{frame.width:.1f}" '
        f'height="{frame.height:.1f}" fill="none" stroke="#222222"/>'
    )


def _worst(areas: Sequence[float], side: float) -> float:
    """The worst aspect ratio of a row along `side`."""
    total = sum(areas)
    return max(max(side**2 * area / total**2, total**2 / (side**2 * area)) for area in areas)
