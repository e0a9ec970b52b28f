"""Models by name: those of ../shared/models, beside the repository, and files of the user's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from codegen.errors import CodegenError
from codegen.files.places import PROGRAM

SHARED_MODELS = PROGRAM.parent / "shared" / "models"


def find_models(choice: str) -> list[Path]:
    """`all` (the shared models), or paths, folders and shared models' names, separated by commas.

    Raises CodegenError if there is none.
    """
    shared = {path.stem: path for path in sorted(SHARED_MODELS.glob("*.tflite"))}
    if choice == "all":
        if not shared:
            raise CodegenError(
                f"no models in {SHARED_MODELS.parent.name}/{SHARED_MODELS.name} beside the "
                "repository; give --model paths or a folder, or put models there "
                "(docs/measuring.md says which)"
            )
        return list(shared.values())
    paths: list[Path] = []
    for word in choice.split(","):
        path = shared.get(word) or Path(word)
        if not word or not path.exists():
            names = ", ".join(shared) or "the shared models, of which none is here"
            raise CodegenError(
                f"no model {word!r}: neither a file nor one of {names}; give the path of one"
            )
        found = sorted(path.glob("*.tflite")) if path.is_dir() else [path]
        # A SavedModel is a folder, too, and one that holds no .tflite.
        for one in found or [path]:
            if one in paths:
                name = word if one == path else one
                raise CodegenError(f"--model {choice}: {name} stands there twice; leave it out")
            paths.append(one)
    return paths


def those_that(
    require: Callable[[Path], object], paths: Iterable[Path], verb: str, say: Callable[[str], None]
) -> list[Path]:
    """Of models that nobody named, those that `require` takes; says why not of the others."""

    def is_taken(path: Path) -> bool:
        try:
            require(path)
        except CodegenError as reason:
            say(f"{verb}: {path.stem} is left out: {str(reason).partition('; ')[0]}")
            return False
        return True

    return [path for path in paths if is_taken(path)]
