"""An arena plan for people: as a table, as an ASCII picture and as SVG.

In both pictures time runs from left to right, one column an op, and addresses upwards.
"""

from __future__ import annotations

import string
from pathlib import Path
from xml.sax.saxutils import escape

from codegen.boards.facts import ISAS
from codegen.errors import CodegenError
from codegen.files.manifest import atomic_write
from codegen.frontend import parameters
from codegen.frontend.host import memory_bytes
from codegen.memory.engine_facts import INTERPRETER_FACTS, EngineFacts
from codegen.memory.planner import SCRATCH, ArenaPlan, PlannedTensor, StripPlan
from codegen.model.tflite import Model

_LETTERS = string.ascii_lowercase + string.ascii_uppercase + string.digits
_SCRATCH_MARK = "~"
_OWN_MARK = "#"
_WIDTH = 88  # characters of the ASCII picture
_HEIGHT = 24
_SVG_WIDTH, _SVG_HEIGHT, _SVG_MARGIN = 960, 480, 60
_SVG_OPS = 24  # more, below, for the names of ops
_LABEL_HEIGHT = 12  # a box that is lower has its tooltip only
_MOST_TICKS = 6
_HUES = 137.5  # degrees between neighbours' colours: the golden angle, so that they differ well


def show_plan(
    model_path: Path,
    isa: str,
    svg_path: Path | None = None,
    facts: EngineFacts = INTERPRETER_FACTS,
) -> str:
    """The text of `invoke plan`; writes the SVG picture if svg_path is given.

    isa: "scalar", "dsp" or "mve". facts: of the engine. Raises CodegenError (another isa),
    ModelError, RuntimeRefusedError.
    """
    if isa not in ISAS:
        raise CodegenError(f"no instruction set {isa!r}; known: {', '.join(ISAS)}")
    model = Model.read(model_path)
    plan = facts.plan(model, isa)
    parts = [table(model, plan), ascii_picture(model, plan), sizes(plan, isa, facts.persistent)]
    if front_end := parameters.load(model_path.parent):
        beside = memory_bytes(front_end)
        parts[-1] += f"front end     {beside:>8,} B beside the arena, {front_end.kind}\n"
    if svg_path is not None:
        atomic_write(svg_path, svg_picture(model, plan).encode())
        parts.append(f"picture: {svg_path}\n")
    return "\n".join(parts)


def sizes(plan: ArenaPlan, isa: str, persistent: str = INTERPRETER_FACTS.persistent) -> str:
    """What the arena's bytes are for, and how far that is from the least possible."""
    overhead = plan.activation_bytes - plan.lower_bound_bytes
    percent = 100 * overhead / max(1, plan.lower_bound_bytes)
    beside = f"overhead      {overhead:>8,} B, {percent:.1f} % over the lower bound\n"
    if plan.strips is not None:
        beside = (
            f"strips        {plan.strips.saved_bytes:>8,} B less, some rows at a time in "
            f"{_by_rows(plan.strips)},\n"
            f"{'':24}for about {100 * plan.strips.cost:.1f} % more instructions\n"
        )
    scratch = max((buffer.nbytes for buffer in plan.scratch), default=0)
    return (
        f"arena         {plan.arena_bytes:>8,} B for {isa}\n"
        f"  persistent  {plan.persistent_bytes:>8,} B, {persistent}\n"
        f"  activations {plan.activation_bytes:>8,} B, the largest scratch buffer {scratch:,} B\n"
        f"lower bound   {plan.lower_bound_bytes:>8,} B, the most tensor bytes alive at one op\n"
        f"{beside}"
    )


def _by_rows(strips: StripPlan) -> str:
    """Which ops go by strips, and which take turns."""
    alone = ", ".join(map(str, strips.rows))
    parts = [f"op{'s' * (len(strips.rows) > 1)} {alone}"] if alone else []
    parts += [f"ops {first} to {end - 1} in turns" for first, end in strips.streams]
    return "; ".join(parts)


def table(model: Model, plan: ArenaPlan) -> str:
    """One line a buffer in order of birth: mark, what it is, where it lies, when it lives."""
    lines = [
        f"  {'tensor':>6}  {'offset':>8} {'bytes':>8}  {'ops':>9}  {'shape':16}  name",
    ]
    for mark, buffer in _marked(plan):
        scratch = buffer.index == SCRATCH
        shape = () if scratch else model.tensors[buffer.index].shape
        lives = f"{buffer.first}..{min(buffer.last, len(model.ops)) - 1}"
        if buffer.last > len(model.ops):
            lives += "+"  # read by the application after the last op
        lines.append(
            f"{mark} {'-' if scratch else buffer.index:>6}  {buffer.offset:>8} "
            f"{buffer.nbytes:>8}  {lives:>9}  {'x'.join(map(str, shape)) or '-':16}  "
            f"{_printable(buffer.name)}"
        )
    return "\n".join(lines) + "\n"


def ascii_picture(model: Model, plan: ArenaPlan) -> str:
    """Marks of table() where each buffer is alive; '.' is free, '#' the interpreter's own."""
    moments = len(model.ops) + 1  # the last one: after the last op
    columns = min(moments, _WIDTH)
    repeat = max(1, min(4, _WIDTH // columns))
    rows = min(_HEIGHT, max(1, plan.arena_bytes // 16))
    lines = []
    for row in reversed(range(rows)):
        low, high = (plan.arena_bytes * r // rows for r in (row, row + 1))
        cells = [
            _cell(plan, low, high, moments * c // columns, moments * (c + 1) // columns) * repeat
            for c in range(columns)
        ]
        lines.append(f"{low:>8} {''.join(cells)}")
    legend = f"op 0 to {len(model.ops) - 1}, then what the application reads"
    return "\n".join([*lines, f"{'':9}{legend}"]) + "\n"


def svg_picture(model: Model, plan: ArenaPlan) -> str:
    """An SVG document: a rectangle a buffer, its name and extent as a tooltip."""
    moments = len(model.ops) + 1
    x_scale = (_SVG_WIDTH - 2 * _SVG_MARGIN) / moments
    y_scale = (_SVG_HEIGHT - 2 * _SVG_MARGIN) / max(1, plan.arena_bytes)
    floor = _SVG_HEIGHT - _SVG_MARGIN

    def box(x0: float, x1: float, y0: int, y1: int, style: str, title: str, label: str) -> str:
        x, y = _SVG_MARGIN + x0 * x_scale, floor - y1 * y_scale
        width, height = (x1 - x0) * x_scale, (y1 - y0) * y_scale
        shown = escape(label) if height > _LABEL_HEIGHT else ""
        return (
            f'<g><title>{escape(title)}</title><rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
            f'height="{height:.1f}" {style}/><text x="{x + 3:.1f}" y="{y + 12:.1f}">'
            f"{shown}</text></g>"
        )

    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {_SVG_WIDTH} {_SVG_HEIGHT + _SVG_OPS}" '
        'font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{_SVG_MARGIN}" y="24" font-size="15">arena {plan.arena_bytes:,} B, lower bound '
        f"of its activations {plan.lower_bound_bytes:,} B</text>",
        box(
            0, moments, 0, plan.persistent_bytes, 'fill="#bbb"',
            f"the interpreter's own: {plan.persistent_bytes:,} B", "",
        ),
    ]  # fmt: skip
    for number, (_, buffer) in enumerate(_marked(plan)):
        scratch = buffer.index == SCRATCH
        fill = "#eee" if scratch else f"hsl({number * _HUES % 360:.0f} 60% 75%)"
        dashes = ' stroke-dasharray="4 2"' if scratch else ""
        name = _printable(buffer.name)
        parts.append(
            box(
                buffer.first, min(buffer.last, moments), buffer.offset,
                buffer.offset + buffer.nbytes, f'fill="{fill}" stroke="#444"{dashes}',
                f"{name}: {buffer.nbytes:,} B at {buffer.offset:,}",
                "scratch" if scratch else str(buffer.index),
            )
        )  # fmt: skip
    for op in model.ops:
        x = _SVG_MARGIN + (op.index + 0.2) * x_scale
        parts.append(
            f'<text x="{x:.1f}" y="{floor + 14}" font-size="9" '
            f'transform="rotate(30 {x:.1f} {floor + 14})">{escape(op.label)}</text>'
        )
    parts += [*_bytes_axis(plan.arena_bytes, y_scale, floor), *_legend()]
    return "\n".join([*parts, "</svg>", ""])


def _bytes_axis(arena_bytes: int, y_scale: float, floor: float) -> list[str]:
    """Ticks at round numbers of bytes, six at most, and what both axes count."""
    step = next(
        round(digit * 10**power)
        for power in range(12)
        for digit in (1, 2, 5)
        if arena_bytes <= _MOST_TICKS * digit * 10**power
    )
    right = _SVG_WIDTH - _SVG_MARGIN
    parts = [
        f'<path d="M{_SVG_MARGIN} {_SVG_MARGIN}V{floor}H{right}" fill="none" stroke="#000"/>',
        f'<text x="8" y="{_SVG_MARGIN - 12}">bytes</text>',
        f'<text x="{right + 8}" y="{floor + 4}">op</text>',
    ]
    for value in range(0, arena_bytes + 1, step):
        y = floor - value * y_scale
        parts.append(
            f'<path d="M{_SVG_MARGIN - 4} {y:.1f}h4" stroke="#000"/>'
            f'<text x="{_SVG_MARGIN - 7}" y="{y + 4:.1f}" text-anchor="end">{value:,}</text>'
        )
    return parts


def _legend() -> list[str]:
    kinds = (
        ('fill="#bbb"', "the engine's own"),
        ('fill="hsl(0 60% 75%)" stroke="#444"', "a tensor, with its index, while it is needed"),
        ('fill="#eee" stroke="#444" stroke-dasharray="4 2"', "scratch of an op"),
    )
    return [
        f'<rect x="{_SVG_MARGIN + number * 200}" y="34" width="14" height="10" {style}/>'
        f'<text x="{_SVG_MARGIN + number * 200 + 20}" y="43">{text}</text>'
        for number, (style, text) in zip((0, 0.8, 2.3), kinds, strict=True)
    ]


def _marked(plan: ArenaPlan) -> list[tuple[str, PlannedTensor]]:
    """Every buffer in order of birth with the character that stands for it."""
    buffers = sorted([*plan.tensors, *plan.scratch], key=lambda buffer: buffer.first)
    letters: list[str] = []
    marked = []
    for buffer in buffers:
        if buffer.index == SCRATCH:
            marked.append((_SCRATCH_MARK, buffer))
        else:
            letters.append(_LETTERS[len(letters) % len(_LETTERS)])
            marked.append((letters[-1], buffer))
    return marked


def _cell(plan: ArenaPlan, low: int, high: int, first: int, last: int) -> str:
    """What lies in [low, high) at the ops [first, last): the youngest of the largest."""
    if low < plan.persistent_bytes:
        return _OWN_MARK
    best, share = ".", 1
    for mark, buffer in _marked(plan):
        if buffer.first < last and first < buffer.last:
            common = min(high, buffer.offset + buffer.nbytes) - max(low, buffer.offset)
            if common >= share:
                best, share = mark, common
    return best


def _printable(name: str) -> str:
    """A tensor's name, which whoever made the model chose, without control characters."""
    return "".join(c if c.isprintable() else "?" for c in name)[:80]
