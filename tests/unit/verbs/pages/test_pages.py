"""The pages say what the code is; what is stale, broken or misspelt is found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codegen.errors import CodegenError
from codegen.files.places import PROGRAM
from verbs.pages import commands, messages, reference, refresh, site
from verbs.pages.transcripts import NOW, Transcript, transcripts
from verbs.program import namespace


def test_the_pages_are_what_the_code_is() -> None:
    """All of it: made pages, command lines, explained errors, outputs of now."""
    refresh.check()


def test_the_site_is_built_without_a_warning(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(site, "BUILD", tmp_path)
    monkeypatch.setattr(site, "SITE", tmp_path / "site")
    monkeypatch.setattr(site, "_PAGES", tmp_path / "pages")
    start = site.build()
    text = start.read_text()
    assert "Nothing is guessed" in text
    assert (start.parent / "tutorials" / "images.html").is_file()
    # nothing that a reader without a network would miss
    assert not re.findall(r'<(?:script|link)[^>]+(?:src|href)="https?://', text)


def test_the_tests_that_testing_md_names_are_there() -> None:
    """A row of "Situations of users" names files, some with the word of a test in them."""
    text = (PROGRAM / "docs/testing.md").read_text()
    rows = text[text.index("## Situations of users") : text.index("## How strong the tests are")]
    named = re.findall(r"`(tests/\S+?)(?: -k (\w+))?`", rows)
    assert len(named) > 20
    for path, word in named:
        source = PROGRAM / path
        assert source.is_file(), path
        if word:
            tests = re.findall(
                r"^\s*def (test_\w+)|^\s*\"(\w+)\": ", source.read_text(), re.MULTILINE
            )
            assert any(word in one or word in name for one, name in tests), f"{path} -k {word}"


def broken_docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "data.md").write_text(page)
    for name in ("README.md", "CONTRIBUTING.md"):
        (tmp_path / name).write_text("# x\n")
    monkeypatch.setattr(site, "PROGRAM", tmp_path)
    monkeypatch.setattr(site, "DOCS", docs)
    monkeypatch.setattr(site, "BUILD", tmp_path)
    monkeypatch.setattr(site, "SITE", tmp_path / "site")
    monkeypatch.setattr(site, "_PAGES", tmp_path / "pages")


@pytest.mark.parametrize("link", ["none.md", "data.md#no-such-heading"])
def test_a_link_to_nowhere_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: str
) -> None:
    broken_docs(tmp_path, monkeypatch, f"# Data\n\nSee [this]({link}).\n")
    with pytest.raises(CodegenError, match=r"data\.md:3") as caught:
        site.build()
    assert "Traceback" not in str(caught.value)


def test_a_page_without_a_place_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_docs(tmp_path, monkeypatch, "# Data\n")
    (tmp_path / "docs" / "lost.md").write_text("# Lost\n")
    with pytest.raises(CodegenError, match=r"docs/lost\.md has no place"):
        site.build()


def test_each_verb_and_option_has_its_place() -> None:
    page = reference.verbs_page(namespace())
    for verb in namespace().tasks.values():
        _, _, rest = page.partition(f"\n### {verb.name}\n")
        own = rest.partition("\n### ")[0]
        for option in verb.options.values():
            taken = f"`{option.flag}" in own or "[what is worked on]" in own
            assert taken, (verb.name, option.flag)
            assert f"| `{option.flag}" in page


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("    invoke hil --board host\n", False),
        ("$ ./invokew hil --bord host\n", True),
        ("$ ../invokew build -b host flash  # both\n", False),
        ("    MNIST_DIR=x invoke biuld\n", True),
        ("    invoke export --to c \\\n        --oops x\n", True),
        ("    invoke size --json x.json && cat x.json\n", False),
        ("Then invoke nothing at all.\n", False),
        ("    invoke hil --model 'it''s\n", True),
    ],
)
def test_a_command_that_no_verb_takes_is_named(tmp_path: Path, text: str, wrong: bool) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)
    found = list(commands.problems(page, commands.parser(namespace())))
    assert bool(found) == wrong, found


def test_a_message_that_no_error_gives_is_named() -> None:
    page = "| `no board ...; known boards: ...` | x |\n| `no bread ...` | x |\n"
    found = list(messages.problems(page, messages.given()))
    assert found == ["errors.md: no error says `no bread ...`"]


PAGE = f"""# Page

```console
$ invoke boards --board host  # {NOW}
old
```

text

```console
$ invoke boards  # seen on 2020-01-01, commit 1234567
seen
```
"""


def test_a_transcript_is_found_and_written(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    now, seen = transcripts([page])
    assert (now.words, now.is_of_now, now.said) == ("boards --board host", True, "old\n")
    assert (seen.words, seen.is_of_now, seen.said) == ("boards", False, "seen\n")
    now.write("new\n", NOW)
    seen.write("other\n", "seen on 2026-11-30, commit 7654321")
    assert page.read_text() == PAGE.replace("old\n", "new\n").replace("seen\n", "other\n").replace(
        "2020-01-01, commit 1234567", "2026-11-30, commit 7654321"
    )


def test_a_transcript_is_what_its_command_says() -> None:
    said = Transcript(PROGRAM / "x.md", "boards --board host", NOW, "").run()
    assert "\nname       Linux process" in said


def test_a_transcript_whose_command_fails_is_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CodegenError, match=r"x\.md: `invoke boards --board y` ended with 2"):
        Transcript(PROGRAM / "x.md", "boards --board y", NOW, "").run()
    assert "no board 'y'" in capfd.readouterr().err


def test_a_page_that_is_stale_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = tmp_path / "boards.md"
    stale.write_text("# Boards\n")
    monkeypatch.setattr(refresh, "made", lambda: {stale: "# Boards\n\nall\n"})
    shown = tmp_path / "page.md"
    shown.write_text(PAGE)
    monkeypatch.setattr(site, "pages", lambda: [shown])
    with pytest.raises(CodegenError) as caught:
        refresh.check()
    said = str(caught.value).splitlines()[1:]
    assert said == [
        "boards.md: is stale; run `invoke docs --refresh --page boards.md`",
        "page.md: `invoke boards --board host` says something else now",
    ]


def test_refresh_of_a_page_that_is_not_there() -> None:
    with pytest.raises(CodegenError, match=r"--page nope\.md: no page"):
        refresh.run("nope.md")
