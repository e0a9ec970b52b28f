"""The reader of docs/tutorials notices what a page says that does not happen."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.installed import Environment
from tests.tutorials import page

Follow = Callable[[str], None]
PAGE = """
```python
# say.py
print("one 3 of 4")
print("accuracy 95.00%, RMSE 0.50")
print("worst class      b: 50.00% of 8")
print("bit-exact mismatches        0")
```

```text
$ false
```

```console
$ python3 say.py && \\
  echo "took 12 s"
one 3 of 4
accuracy 91.00%, RMSE 0.45
worst class      c: 70.00% of 9
...
bit-exact mismatches 0
took 8 s
$ echo "error: no .../file" && exit 2
error: ...file
```
"""


@pytest.fixture
def follow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Follow:
    """Follows a text in tmp_path."""
    (tmp_path / "docs" / "tutorials").mkdir(parents=True)
    monkeypatch.setattr(page, "ROOT", tmp_path)

    def follow_text(text: str) -> None:
        (tmp_path / "docs" / "tutorials" / "x.md").write_text(text)
        page.follow("x.md", Environment(tmp_path, tmp_path), tmp_path)

    return follow_text


def test_a_page_that_is_right(follow: Follow, tmp_path: Path) -> None:
    follow(PAGE)
    assert (tmp_path / "say.py").read_text().startswith("# say.py\nprint")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("\none 3 of 4", "\none 3 of 5"),
        ("accuracy 91.00%", "accuracy 70.00%"),
        ("RMSE 0.45", "RMSE 0.30"),
        ("\nbit-exact mismatches 0", "\nbit-exact mismatches 1"),
        ("worst class      c", "worst group      c"),
        ("one 3 of 4\naccuracy 91.00%, RMSE 0.45\n", "accuracy 91.00%, RMSE 0.45\none 3 of 4\n"),
        ("took 8 s\n", "took 8 s\ntook 8 s\n"),
        ("\nerror: ...file", ""),
        ("&& exit 2", "&& exit 0"),
        ("# say.py", "# no file"),
    ],
)
def test_a_page_that_is_wrong(follow: Follow, right: str, wrong: str) -> None:
    assert right in PAGE
    with pytest.raises(AssertionError):
        follow(PAGE.replace(right, wrong, 1))
