"""The mcuforge development platform: what PlatformIO asks about boards and toolchains.

Board facts stand once, under "mcuforge" in boards/<id>.json; what PlatformIO's own board schema
wants besides (build{}, upload{}) is derived from them here.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformio.exception import UserSideException
from platformio.public import PlatformBase

if TYPE_CHECKING:
    from codegen.boards.facts import Board

# PlatformIO reaches this file through symlink:// and not as part of a package.
_REPOSITORY = Path(__file__).resolve().parents[2]
TOOLCHAIN = "toolchain-gccarmnoneeabi"


def load_board(board_id: str) -> Board:
    """Checked facts of a board; an error is PlatformIO's own, so that it prints no traceback."""
    if str(_REPOSITORY) not in sys.path:
        sys.path.insert(0, str(_REPOSITORY))
    from codegen.boards import facts

    try:
        return facts.load_board(board_id)
    except facts.BoardError as error:
        raise UserSideException(str(error)) from error


class McuforgePlatform(PlatformBase):
    """Found by its name: PlatformIO looks for <Name>Platform."""

    def is_embedded(self) -> bool:
        return True

    def configure_default_packages(self, variables: dict[str, Any], targets: list[str]) -> Any:
        board_id = variables.get("board")
        if board_id and load_board(board_id).family.architecture == "cortex_m":
            # One on PATH is taken first: it needs no download, and it is what Debian pins.
            in_path = shutil.which("arm-none-eabi-g++") is not None
            self.packages[TOOLCHAIN]["optional"] = in_path
        return super().configure_default_packages(variables, targets)

    def get_boards(self, id_: str | None = None) -> Any:
        result = super().get_boards(id_)
        for config in result.values() if id_ is None else [result]:
            if config is not None:
                self._complete(config)
        return result

    def _complete(self, config: Any) -> None:
        """Adds build{} and upload{} of PlatformIO's schema, from the checked facts."""
        board = load_board(config.id)
        # `pio run -t upload` is for real boards
        protocols = [name for name in board.upload_protocols if name != "emulator"]
        config.update("build", {"mcu": board.core.lower(), "f_cpu": f"{board.clock_hz}L"})
        config.update(
            "upload",
            {
                "maximum_size": board.flash_bytes,
                "maximum_ram_size": board.ram_bytes,
                "protocols": protocols,
                **({"protocol": protocols[0]} if protocols else {}),
                "speed": board.uart.baud,
            },
        )
