"""Is the device that answers the one whose image the build folder holds?"""

from codegen.image.firmware_build import OTHER_RUNTIME
from harness.errors import CheckError
from harness.rig.expected import Expected
from harness.wire.messages import Info


def check_info(info: Info, expected: Expected) -> None:
    """Raise CheckError if the device runs anything else than the image in the build folder.

    The model's hash comes first: the device computes it over the bytes in its image, so nothing
    else that it says counts while that differs.
    """
    board = expected.board.id
    if info.model_sha256 != expected.model_sha256:
        raise CheckError(
            f"model hash: {board} holds a model with sha256 {info.model_sha256[:16]}..., "
            f"{expected.model_path} has {expected.model_sha256[:16]}...; the image is stale or "
            f"damaged, run `invoke build flash --board {board}`"
        )
    if not info.ready:
        raise CheckError(
            f"model set-up on {board}: {info.setup_failure}; run `invoke generate build`"
        )
    if info.board != board:
        raise CheckError(
            f"board: the firmware was built for {info.board}, this run is for {board}; "
            f"give --board {info.board} or flash the other image"
        )
    if info.build_id != expected.image.build_id:
        raise CheckError(
            f"build id: {board} runs build {info.build_id}, the build folder holds "
            f"{expected.image.build_id}; run `invoke flash --board {board}`"
        )
    if info.isa != expected.board.isa:
        raise CheckError(
            f"isa: the kernels on {board} were compiled for {info.isa}, the board's data says "
            f"{expected.board.isa}; run `invoke build --board {board}`"
        )
    if info.runtime != expected.image.runtime:
        raise CheckError(
            f"runtime: {board} runs {info.runtime}, the build folder holds an image with "
            f"{expected.image.runtime}; run `invoke flash --board {board}`"
        )
    # The host, where the arena is planned, has wider pointers, which custom ops may keep there.
    needs_less = expected.custom_ops and info.arena_used < info.arena_size
    as_planned = info.arena_used == info.arena_size or needs_less
    if info.runtime != OTHER_RUNTIME and not as_planned:
        raise CheckError(
            f"arena: {board} uses {info.arena_used:,} B of an arena of {info.arena_size:,} B; they "
            "have to be equal, run `invoke generate build`, and if it stays, report a planner bug"
        )
