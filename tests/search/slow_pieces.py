"""A campaign of pieces that take a while: prints each answer as it comes.

python -m tests.search.slow_pieces WORKERS COUNT FOLDER
"""

from __future__ import annotations

import os
import random
import sys
import time
from functools import partial
from pathlib import Path

from codegen import campaign


def work(folder: str, seed: int) -> tuple[int, float]:
    """The first random number of a seed. Leaves a note of who did it."""
    time.sleep(0.2)
    with (Path(folder) / f"{os.getpid()}.done").open("a") as file:
        file.write(f"{seed}\n")
    return seed, random.Random(seed).random()


def end(seed: int) -> int:
    """Ends its worker at one seed."""
    if seed == 3:
        os._exit(1)
    return seed


def main(workers: str, count: int, folder: str) -> None:
    do = end if folder == "end" else partial(work, folder)
    for answer in campaign.each(do, range(count), workers):
        print(answer, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
