"""What the build folder says about the firmware, for comparison with what the device says."""

from dataclasses import dataclass
from pathlib import Path

from codegen.boards.facts import Board
from codegen.files.artifacts import INT8_MODEL
from codegen.image.firmware_build import FirmwareInfo, require_as_built
from codegen.model.tflite import Model
from harness.errors import HarnessError


@dataclass(frozen=True)
class Expected:
    """The image that `build_dir` holds for a board. custom_ops: what its model names of these."""

    board: Board
    model_path: Path
    elf: Path
    image: FirmwareInfo
    model_sha256: str
    custom_ops: tuple[str, ...] = ()

    @classmethod
    def load(cls, board: Board, build_dir: Path) -> "Expected":
        """Raises HarnessError or CodegenError if a file is missing or damaged: what is run is what
        was built."""
        model_path = build_dir / INT8_MODEL
        if not model_path.is_file():
            raise HarnessError(f"{model_path} is missing; run `invoke quantize`, or give --model")
        require_as_built(board, build_dir)
        image_dir = build_dir / board.id
        model = Model.read(model_path)
        return cls(
            board=board,
            model_path=model_path,
            elf=image_dir / "firmware.elf",
            image=FirmwareInfo.load(image_dir),
            model_sha256=model.sha256,
            custom_ops=model.custom_names,
        )
