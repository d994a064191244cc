"""What a prompt remembers: what was typed, without secrets, in a file of its user's alone."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapocr_dyn.explore.recall import KEPT, LONGEST, Recall, redacted


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ('client = api.client(api_key="s3cret")', 'client = api.client(api_key="***")'),
        ("x(token='s3cret', page=2)", "x(token='***', page=2)"),
        ("token: str = 's3cret'", "token: str = '***'"),
        ('os.environ["LEAPOCR_API_KEY"] = "s3cret"', 'os.environ["LEAPOCR_API_KEY"] = "***"'),
        ("os.putenv('X_TOKEN', 's3cret')", "os.putenv('X_TOKEN', '***')"),
        (
            'headers={"Authorization": "Bearer s3cret", "Accept": "a"}',
            'headers={"Authorization": "***", "Accept": "a"}',
        ),
        ("f(api_key=('s3c' \\\n  'ret'))", "f(api_key=('***''***'))"),
        ("key = 's3c' + rb's3cret'", "key = '***'rb'***'"),
        ('secret = """s3cret\ns3cret"""', 'secret = """***"""'),
        ("password = 's3cret", "password = '***'"),
        ("c(credentials={'basic': ('ann', 's3cret')})", "c(credentials={'***': ('***', '***')})"),
        ("LeapOCRSync('s3cret', timeout=2)", "LeapOCRSync('***', timeout=2)"),
        ("f('sk-live_0123456789abcdef')", "f('***')"),
        ("!leapocr-dyn ops --key s3cret", "!leapocr-dyn ops --key ***"),
        ("%env LEAPOCR_API_KEY=s3cret", "%env LEAPOCR_API_KEY=***"),
        ("client.ocr.get_job_status('3f2')", "client.ocr.get_job_status('3f2')"),
        ("order.key, 'tea'", "order.key, 'tea'"),
    ],
)
def test_what_looks_like_a_secret_is_not_kept(typed: str, kept: str) -> None:
    """By the name before it, wherever texts may stand; the rest of the line stays."""
    assert redacted(typed, callers=["LeapOCRSync"]) == kept


@given(st.text(), st.text(), st.text(min_size=4))
def test_a_secret_that_is_known_never_stays(before: str, after: str, secret: str) -> None:
    """Wherever it stands, whatever is around it."""
    kept = redacted(before + secret + after, [secret])
    assert secret not in kept or secret in "***"


@given(
    st.lists(st.sampled_from(["key=", "token", '"', "'", '"""', "(", ",", "\\", "\n", " ", "credentials=", "a", "%"]))
)
def test_any_text_can_be_looked_through(pieces: list[str]) -> None:
    """Nothing that somebody types stops the prompt; looked through twice, it stays as it is."""
    once = redacted("".join(pieces))
    assert redacted(once) == once


def test_a_file_is_for_its_user_alone_and_bounded(tmp_path: Path) -> None:
    """0600, also where it was not; the oldest entries go; what is no entry is passed over."""
    path = tmp_path / "folder" / "typed"
    Recall(path).add("first")
    path.chmod(0o644)
    path.write_text("".join(f"{json.dumps(f'line {number}')}\n" for number in range(KEPT + 5)) + "no JSON\n7\n")
    recall = Recall(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (len(recall.entries), recall.entries[0], recall.entries[-1]) == (KEPT, "line 5", f"line {KEPT + 4}")
    assert Recall(path).entries == recall.entries
    assert [one.name for one in path.parent.iterdir()] == ["typed"]


def test_an_entry_may_have_lines_and_any_character(tmp_path: Path) -> None:
    """A block stays one entry; half a surrogate pair is no reason to lose the rest."""
    recall = Recall(tmp_path / "typed")
    for text in ("for x in y:\n    print(x)\n", "'\ud800'", "last", "last", "  ", "x" * (LONGEST + 1)):
        recall.add(text)
    assert Recall(tmp_path / "typed").entries == ["for x in y:\n    print(x)", "'\ud800'", "last"]


def test_two_prompts_share_a_file(tmp_path: Path) -> None:
    """Each adds to it; neither takes away what the other one added."""
    one, other = Recall(tmp_path / "typed"), Recall(tmp_path / "typed")
    one.add("a")
    other.add("b")
    one.add("c")
    assert Recall(tmp_path / "typed").entries == ["a", "b", "c"]


def test_a_secret_is_remembered_after_its_client_is_gone(tmp_path: Path) -> None:
    """What was a key once is none of anybody's business later."""
    known = ["s3cret"]
    recall = Recall(tmp_path / "typed", lambda: known)
    recall.add("x = 's3cret'")
    known.clear()
    recall.add("'s3cret'")
    assert "s3cret" not in (tmp_path / "typed").read_text()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """What is typed is then known to this prompt alone, and the reason is there to be shown."""
    (tmp_path / "file").write_text("")
    recall = Recall(tmp_path / "file" / "typed")
    recall.add("a")
    assert recall.entries == ["a"]
    assert "is not kept" in recall.failure
