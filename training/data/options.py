"""How a user's own data are to be read, where the files leave it open."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path

from training.errors import DataError

TASKS = ("classify", "regress", "reconstruct", "none")
FITS = ("stretch", "crop")
CHANNELS = (0, 1, 3)  # 0: not stated


@dataclass(frozen=True)
class DataOptions:
    """Empty or 0 is what the user left out.

    targets: a .npy beside a .npy of samples. window, stride: in rows of a recording or in PCM
    values. columns: names, separated by commas. image_size: HxW in pixels. channels: 1 grey, 3
    colour. task: one of TASKS. target_column, group_column: of a table. normal: the class that a
    model for `reconstruct` is trained on. fit: one of FITS, how an image becomes one of another
    shape.

    Raises DataError for a value that no data could have.
    """

    targets: str = ""
    window: int = 0
    stride: int = 0
    columns: str = ""
    image_size: str = ""
    channels: int = 0
    fit: str = ""
    task: str = ""
    target_column: str = ""
    group_column: str = ""
    normal: str = ""

    def __post_init__(self) -> None:
        if self.task and self.task not in TASKS:
            raise DataError(f"--task {self.task}: choose one of {', '.join(TASKS)}")
        if self.channels not in CHANNELS:
            raise DataError(f"--channels {self.channels}: give 1 (grey) or 3 (colour)")
        if self.fit and self.fit not in FITS:
            raise DataError(f"--fit {self.fit}: choose one of {', '.join(FITS)}")
        for name in ("window", "stride"):
            if getattr(self, name) < 0:
                raise DataError(f"--{name} {getattr(self, name)}: give a number above 0")
        if self.normal and self.task not in ("", "reconstruct"):
            raise DataError(f"--normal {self.normal}: is for --task reconstruct, not {self.task}")
        if self.stride and not self.window:
            raise DataError(f"--stride {self.stride}: give --window, too")
        _ = self.size

    @property
    def size(self) -> tuple[int, int] | None:
        """Height and width in pixels, 1 to 1024, None if not stated."""
        if not self.image_size:
            return None
        found = re.fullmatch(r"(\d{1,4})x(\d{1,4})", self.image_size)
        height, width = (int(found[1]), int(found[2])) if found else (0, 0)
        if not (1 <= height <= 1024 and 1 <= width <= 1024):
            raise DataError(
                f"--image-size {self.image_size}: give HEIGHTxWIDTH, each 1 to 1024, such as 96x96"
            )
        return height, width

    @property
    def column_names(self) -> list[str]:
        return [name.strip() for name in self.columns.split(",") if name.strip()]

    def of_folders(self, directory: Path) -> str:
        """The task where the folders are the classes. Raises DataError."""
        if self.task == "regress":
            raise DataError(
                f"{directory}: --task regress needs numbers, folders are classes; give a table, or "
                "a .npz with y"
            )
        return self.task or "classify"

    def given(self) -> dict[str, str]:
        """The options that were stated, by their flags."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            f"--{name.replace('_', '-')}": str(value) for name, value in values.items() if value
        }

    def refuse_all_but(self, path: Path, what: str, *taken: str) -> None:
        """Raises DataError for an option that says nothing about data of this sort."""
        for flag in self.given():
            if flag not in (*taken, "--task", "--normal"):
                raise DataError(f"{flag}: has no meaning for {path}, {what}; leave it out")
