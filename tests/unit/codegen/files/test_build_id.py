"""The build id depends on names, contents and facts, and on nothing else."""

from pathlib import Path

from codegen.files.build_id import build_id


def tree(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / "sub" / f"{name}.cc"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_same_sources_in_another_folder(tmp_path: Path) -> None:
    one = tree(tmp_path / "one", a="1", b="2")
    two = tree(tmp_path / "deeper" / "two", b="2", a="1")
    assert build_id({"src": one}, ["gcc 12"]) == build_id({"src": two}, ["gcc 12"])
    assert len(build_id({"src": one}, [])) == 16


def test_any_difference_counts(tmp_path: Path) -> None:
    base = build_id({"src": tree(tmp_path / "1", a="1", b="2")}, ["gcc 12"])
    others = [
        build_id({"src": tree(tmp_path / "2", a="1", b="3")}, ["gcc 12"]),
        build_id({"src": tree(tmp_path / "3", a="1", c="2")}, ["gcc 12"]),
        build_id({"src": tree(tmp_path / "4", a="1")}, ["gcc 12"]),
        build_id({"lib": tree(tmp_path / "5", a="1", b="2")}, ["gcc 12"]),
        build_id({"src": tree(tmp_path / "6", a="1", b="2")}, ["gcc 13"]),
    ]
    assert len({base, *others}) == len(others) + 1


def test_python_caches_and_absent_roots_do_not_count(tmp_path: Path) -> None:
    folder = tree(tmp_path, a="1")
    before = build_id({"src": folder}, [])
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "a.pyc").write_text("x")
    assert build_id({"src": folder, "none": tmp_path / "none"}, []) == before
