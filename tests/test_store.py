"""`Store`: versions of documents on disk, whatever happens to the process, the disk or the folder."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapocr_dyn.history import file, store
from leapocr_dyn.history.store import (
    ACCEPTED,
    EVENTS,
    FETCHED,
    KINDS,
    ROLLED_BACK,
    Event,
    Store,
    Version,
    fold,
    protected,
    superfluous,
)

URL = "https://api.test/openapi.json"
SECRET = "token-that-nobody-may-see"
posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills with signals, and forks")


def digest(content: bytes) -> str:
    """The sha256 of a document."""
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def kept(tmp_path: Path) -> Store:
    """A store in a folder that is not there yet."""
    return Store(tmp_path / "some" / "where")


def home(kept: Store) -> Path:
    """The folder of the source."""
    return kept._home(URL)


def usable(kept: Store) -> None:
    """What a store promises, whatever happened to it: all that it lists can be read, and it takes new versions."""
    for version in kept.versions(URL):
        content = kept.read(version.digest)
        assert content is not None
        assert digest(content) == version.digest
    assert kept.add(URL, b"the next one", {}) == kept.versions(URL)[0]
    assert kept.read(digest(b"the next one")) == b"the next one"
    assert kept.said == []


# --- what it is for ---


def test_a_version_that_was_added_is_there_for_everybody(kept: Store) -> None:
    """Also for another store in that folder, as another process has one: newest first, with what the server said."""
    first = kept.add(URL, b"one", {"etag": '"1"', "last-modified": "Sat, 21 Nov 2026 10:00:00 GMT", "date": "today"})
    second = kept.add(URL, b"two", {})
    assert Store(kept.folder).versions(URL) == [second, first]
    assert first == Version(digest(b"one"), first.seen, '"1"', "Sat, 21 Nov 2026 10:00:00 GMT", False)
    assert (second.etag, second.last_modified) == (None, None)
    assert Store(kept.folder).read(first.digest) == b"one"
    assert Store(kept.folder).versions(f"{URL}?v=2") == []


def test_nothing_is_touched_before_the_first_use(tmp_path: Path) -> None:
    """Neither the folder nor the package that knows where it is."""
    program = "import sys, leapocr_dyn.history.store as it; it.Store(); print('platformdirs' in sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env={**os.environ, "HOME": str(tmp_path)}
    )
    assert (said.stdout, list(tmp_path.iterdir())) == ("False\n", [])
    assert Store().folder.parts[-2:] == ("leapocr_dyn", "documents")
    assert (Store(tmp_path / "none").versions(URL), Store(tmp_path / "none").log()) == ([], [])
    assert not (tmp_path / "none").exists()


def test_the_same_again_is_no_event(kept: Store) -> None:
    """A server that has nothing new writes nothing; one that has a new ETag for it does."""
    assert kept.add(URL, b"one", {"etag": '"1"'}) == kept.add(URL, b"one", {"etag": '"1"'})
    assert len(kept.log(URL)) == 1
    assert kept.add(URL, b"one", {"etag": '"2"'}).etag == '"2"'
    assert [(one.etag, len(kept.versions(URL))) for one in kept.versions(URL)] == [('"2"', 1)]


def test_a_source_that_goes_back_has_its_old_version_for_its_newest(kept: Store) -> None:
    """Each version is listed once, where it was fetched last."""
    for content in (b"one", b"two", b"one"):
        kept.add(URL, content, {})
    assert [one.digest for one in kept.versions(URL)] == [digest(b"one"), digest(b"two")]


def test_what_was_rolled_back_stays_refused_until_it_is_accepted(kept: Store) -> None:
    """Also if the server goes on offering it, as it will."""
    kept.add(URL, b"good", {})
    bad = kept.add(URL, b"bad", {}).digest
    kept.refuse(URL, bad)
    assert [one.refused for one in kept.versions(URL)] == [True, False]
    assert kept.add(URL, b"bad", {"etag": "new"}).refused
    kept.accept(URL, bad)
    assert [one.refused for one in kept.versions(URL)] == [False, False]
    assert kept.versions(URL)[0].digest == bad


def test_the_log_says_what_happened_and_no_secret(kept: Store) -> None:
    """Newest first; a URL's query and password are nowhere on the disk, and still tell two sources apart."""
    url = f"https://user:{SECRET}@api.test/openapi.json?token={SECRET}#{SECRET}"
    one = kept.add(url, b"one", {}).digest
    kept.refuse(url, one)
    kept.accept(url, one)
    assert [(event.what, event.digest, event.source) for event in kept.log(url)] == [
        (what, one, URL) for what in (ACCEPTED, ROLLED_BACK, FETCHED)
    ]
    assert kept.versions(URL) == []
    assert kept.log() == kept.log(url)
    for path in kept.folder.rglob("*"):
        assert SECRET not in str(path)
        assert path.is_dir() or SECRET.encode() not in path.read_bytes()


def test_the_log_of_all_sources_goes_by_the_clock(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two sources there is nothing else to go by."""
    for second, source in ((1, "https://a.test/"), (2, "https://b.test/"), (3, "https://a.test/")):
        monkeypatch.setattr(store, "_now", lambda second=second: f"2026-11-21T10:00:0{second}Z")
        kept.add(source, b"%d" % second, {})
    assert [event.source[8] for event in kept.log()] == ["a", "b", "a"]
    assert [event.when[-2] for event in kept.log("https://a.test/")] == ["3", "1"]


def test_when_a_source_was_last_asked_is_known_to_all(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where nothing was new; a time that has not come yet is none, since a clock was wrong."""
    assert kept.looked(URL) is None
    kept.look(URL)
    assert kept.looked(URL) == Store(kept.folder).looked(URL) == pytest.approx(time.time(), abs=600)
    monkeypatch.setattr(time, "time", lambda: 1_000_000.0)
    assert kept.looked(URL) is Store(kept.folder).looked(URL) is None
    kept.look(URL)
    assert Store(kept.folder).looked(URL) == 1_000_000.0


def test_a_clock_that_goes_backwards_changes_no_order(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers of the events have the order."""
    kept.add(URL, b"one", {})
    monkeypatch.setattr(store, "_now", lambda: "1999-01-01T00:00:00Z")
    monkeypatch.setattr(time, "time", lambda: 915148800.0)
    kept.add(URL, b"two", {})
    assert [one.digest for one in kept.versions(URL)] == [digest(b"two"), digest(b"one")]


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such modes")
def test_nobody_else_may_read_it(kept: Store) -> None:
    """Files and folders are the user's own, whatever the umask."""
    kept.add(URL, b"one", {})
    kept.look(URL)
    modes = {path.stat().st_mode & 0o777 for path in (kept.folder, *kept.folder.rglob("*"))}
    assert modes == {0o700, 0o600}


# --- what events say ---

digests = st.sampled_from([letter * 64 for letter in "abcd"])
times = st.just("2026-11-21T10:00:00Z")
events = st.builds(Event, times, st.sampled_from(KINDS), digests, st.just(URL), st.sampled_from([None, "1"]))


@given(st.lists(events))
def test_a_fold_gives_each_version_once(history: list[Event]) -> None:
    """The one that was fetched last first, refused by the last word on it."""
    found = fold(history)
    assert len({one.digest for one in found}) == len(found)
    last = [event.digest for event in reversed(history) if event.what == FETCHED]
    assert [one.digest for one in found] == list(dict.fromkeys(last))
    for one in found:
        words = [event.what for event in history if event.digest == one.digest and event.what != FETCHED]
        assert one.refused == (words[-1:] == [ROLLED_BACK])


@given(st.lists(events), digests)
def test_going_back_and_forth_leaves_what_was(history: list[Event], one: str) -> None:
    """Refusing a version and accepting it again is as if neither had happened, but for an older refusal."""
    now = history[-1].when if history else ""
    accepted = [*history, Event(now, ACCEPTED, one, URL)]
    assert fold([*history, Event(now, ROLLED_BACK, one, URL), Event(now, ACCEPTED, one, URL)]) == fold(accepted)


@given(st.lists(st.none() | events, max_size=40), st.integers(1, 10))
def test_what_is_given_up_is_the_oldest(history: list[Event | None], at_most: int) -> None:
    """At every moment of removing, what is left says the same of every version that is left; the newest two stay."""
    numbered: dict[int, Event | None] = dict(enumerate(history, 1))
    before = fold(event for event in history if event is not None)
    state = {one.digest: one for one in before}
    gone = superfluous(numbered, at_most)
    assert len(set(gone)) == len(gone) <= max(0, len(numbered) - at_most)
    assert not history or len(history) not in gone
    for number in gone:
        del numbered[number]
        after = fold(event for event in numbered.values() if event is not None)
        assert [state[one.digest] for one in after] == after
        assert [one for one in before if one in after] == after
        assert protected(after) == protected(before)


def test_a_history_has_an_end(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a source that changes every day the newest events are kept, and with them what is refused."""
    monkeypatch.setattr(store, "EVENTS", 10)
    old = kept.add(URL, b"old", {}).digest
    kept.refuse(URL, old)
    for number in range(10 - 3):
        kept.add(URL, b"%d" % number, {})
    assert (kept.versions(URL)[-1].digest, kept.versions(URL)[-1].refused) == (old, True)
    for number in range(10):
        kept.add(URL, b"new %d" % number, {})
        assert len(kept.log(URL)) <= 10
    assert [one.digest for one in kept.versions(URL)][:1] == [digest(b"new 9")]
    assert old not in [one.digest for one in kept.versions(URL)]
    assert kept.said == []


@given(st.builds(Event, times, st.sampled_from(KINDS), digests, st.text(), st.none() | st.text()))
def test_an_event_is_read_as_it_was_written(event: Event) -> None:
    """A header that cannot be sent back is forgotten; what people see of a URL is one line."""
    read = store.read(json.dumps(event._asdict()).encode())
    assert read is not None
    assert read[:3] == event[:3]
    assert read.source.isprintable()
    assert read.etag in (event.etag, None)
    assert store.read(json.dumps(read._asdict()).encode()) == read


good = Event("2026-11-21T10:00:00Z", FETCHED, "a" * 64, URL)._asdict()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"\xff\xfe",
        b"[" * 16_000,
        b"9" * 16_000,
        *(
            json.dumps(good | wrong).encode()
            for wrong in (
                {"what": "bought"},
                {"what": ["fetched"]},
                {"digest": "../../../etc/passwd"},
                {"digest": "A" * 64},
                {"digest": 7},
                {"when": "yesterday"},
                {"when": None},
                {"source": None},
            )
        ),
    ],
)
def test_what_is_no_event_is_none(content: bytes) -> None:
    """Whoever wrote it, and whatever it is."""
    assert store.read(content) is None


def test_headers_that_could_do_harm_are_forgotten() -> None:
    """They go back to a server: one line of ASCII, and not a long one."""
    for value in ("a\r\nX-Evil: 1", "é", "", "x" * 1001, 7, None):
        assert store.header(value) is None
    assert store.header('W/"1"') == 'W/"1"'


# --- what is in the folder is anybody's ---


def test_a_damaged_document_is_thrown_away_and_said(kept: Store) -> None:
    """It is as if it had never been here; the one before it still is, and it can be fetched again."""
    kept.add(URL, b"good", {})
    bad = kept.add(URL, b"bad", {}).digest
    (kept.folder / "content" / bad).write_bytes(b"ba")
    assert kept.read(bad) is None
    [sentence] = kept.said
    assert bad in sentence
    assert "damaged" in sentence
    assert [one.digest for one in kept.versions(URL)] == [digest(b"good")]
    kept.add(URL, b"bad", {})
    assert kept.read(bad) == b"bad"
    assert kept.versions(URL)[0].digest == bad


def test_a_damaged_document_is_mended_by_the_next_answer(kept: Store) -> None:
    """Without anybody having read it in between: it is never believed to be there because its name is."""
    bad = kept.add(URL, b"bad", {"etag": "1"}).digest
    (kept.folder / "content" / bad).write_bytes(b"")
    kept.add(URL, b"bad", {"etag": "2"})
    assert kept.read(bad) == b"bad"


@pytest.mark.parametrize("content", [b"{", b"\x00" * 100, b"{}", b"x" * 100_000, json.dumps(good).encode()[:-20]])
def test_a_damaged_event_is_passed_over_and_said(kept: Store, content: bytes) -> None:
    """Its number stays taken, and the history goes on."""
    kept.add(URL, b"one", {})
    (home(kept) / "00000002.json").write_bytes(content)
    assert [one.digest for one in kept.versions(URL)] == [digest(b"one")]
    assert len(kept.said) == 1
    assert "00000002.json" in kept.said[0]
    kept.add(URL, b"two", {})
    assert sorted(path.name for path in home(kept).iterdir()) == [f"0000000{n}.json" for n in (1, 2, 3)]
    assert len(kept.said) == 1


def test_a_number_that_was_taken_by_somebody_who_died_is_no_damage(kept: Store) -> None:
    """Where there are no links, a name is taken before there is anything in it."""
    kept.add(URL, b"one", {})
    (home(kept) / "00000002.json").touch()
    usable(kept)


def test_what_others_put_there_is_left_alone(kept: Store) -> None:
    """Files and folders with other names are neither read nor removed."""
    kept.add(URL, b"one", {})
    others = [home(kept) / "notes.txt", kept.folder / "content" / "readme", kept.folder / "sources" / "mine"]
    for path in others:
        path.write_text("mine")
        os.utime(path, (0, 0))
    (home(kept) / "123.json").mkdir()
    kept.add(URL, b"two", {})
    assert [path.read_text() for path in others] == ["mine"] * 3
    assert kept.said == []


@pytest.mark.parametrize("name", ["", "../../secret", "/etc/hostname", "A" * 64, "a" * 63, f"{'a' * 64}\n"])
def test_only_a_hash_names_a_document(kept: Store, tmp_path: Path, name: str) -> None:
    """No path leads out of the folder."""
    (tmp_path / "secret").write_text("secret")
    kept.add(URL, b"one", {})
    assert kept.read(name) is None


@posix
def test_links_and_pipes_are_not_followed(kept: Store, tmp_path: Path) -> None:
    """Neither a link to a right document elsewhere, nor a folder that is one; and nobody waits for a pipe."""
    one, two, three = (kept.add(URL, content, {}).digest for content in (b"one", b"two", b"three"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"one")
    content = kept.folder / "content"
    (content / one).unlink()
    (content / one).symlink_to(elsewhere)
    (content / two).unlink()
    os.mkfifo(content / two)
    assert (kept.read(one), kept.read(two), kept.read(three)) == (None, None, b"three")
    assert len(kept.said) == 2
    content.rename(tmp_path / "moved")
    content.symlink_to(tmp_path / "moved")
    assert kept.read(three) is None
    kept.add(URL, b"four", {})
    assert not (tmp_path / "moved" / digest(b"four")).exists()
    (kept.folder / "sources").rename(tmp_path / "history")
    (kept.folder / "sources").symlink_to(tmp_path / "history")
    assert (kept.versions(URL), kept.log()) == ([], [])
    assert elsewhere.read_bytes() == b"one"


# --- what cannot be written ---


@pytest.mark.parametrize("where", ["", "content", "sources"])
def test_a_folder_that_is_none_stops_nobody(kept: Store, where: str) -> None:
    """A file in its place: nothing is kept, that is said once, and whoever asks goes on with what he has."""
    path = kept.folder / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a file")
    added = kept.add(URL, b"one", {"etag": "1"})
    assert (added.digest, added.etag, added.refused) == (digest(b"one"), "1", False)
    assert kept.add(URL, b"one", {})
    kept.refuse(URL, added.digest)
    kept.look(URL)
    assert kept.looked(URL) is not None
    assert kept.versions(URL) == []
    assert FETCHED not in [event.what for event in kept.log()]
    assert sum("cannot be written" in sentence for sentence in kept.said) == 1
    assert path.read_text() == "a file"


def refusing(number: int, *names: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Let functions of os fail where they would write."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        for name in names:
            real = getattr(os, name)

            def fake(*words: Any, real: Any = real, name: str = name, **more: Any) -> Any:  # Any: what os takes
                if name == "open" and not words[1] & os.O_WRONLY:
                    return real(*words, **more)
                raise OSError(number, os.strerror(number), str(words[0]))

            monkeypatch.setattr(os, name, fake)

    return patch


@pytest.mark.parametrize(
    ("number", "names"),
    [
        (errno.EROFS, ("open", "mkdir", "utime", "unlink", "link", "replace")),
        (errno.EACCES, ("open", "mkdir", "utime", "unlink", "link", "replace")),
        (errno.ENOSPC, ("open",)),
        (errno.ENOSPC, ("fsync",)),
        (errno.EDQUOT, ("link", "replace")),
    ],
)
def test_a_folder_that_cannot_be_written_is_still_read(
    kept: Store, monkeypatch: pytest.MonkeyPatch, number: int, names: tuple[str, ...]
) -> None:
    """A read-only file system, another's folder, a full disk: said once; what was there stays, and nothing is half."""
    old = kept.add(URL, b"old", {})
    files = sorted(kept.folder.rglob("*"))
    with monkeypatch.context() as patched:
        refusing(number, *names)(patched)
        assert kept.add(URL, b"new", {}).digest == digest(b"new")
        kept.add(URL, b"newer", {})
        kept.refuse(URL, old.digest)
        kept.look(URL)
        assert kept.looked(URL) is not None
        assert kept.versions(URL) == [old]
        assert kept.read(old.digest) == b"old"
        [sentence] = kept.said
    assert os.strerror(number) in sentence
    assert str(kept.folder) in sentence
    assert sorted(kept.folder.rglob("*")) == files
    usable(Store(kept.folder))


def test_without_links_an_event_still_gets_a_number_of_its_own(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some file systems have none: the name is taken first, and filled at once."""

    def link(*words: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", link)
    for content in (b"one", b"two"):
        kept.add(URL, content, {})
    assert [one.digest for one in kept.versions(URL)] == [digest(b"two"), digest(b"one")]
    with file.written(home(kept), b"mine") as temporary:
        assert not file.created(home(kept) / "00000001.json", temporary)
    usable(kept)


# --- how much there is ---


def test_of_too_many_bytes_the_oldest_documents_go(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """But never the newest two of a source that may be used; a refused one is not among them."""
    monkeypatch.setattr(store, "DOCUMENTS", 3000)
    versions = [kept.add(URL, bytes([number]) * 1000, {}) for number in range(3)]
    other = kept.add("https://other.test/", b"x" * 1000, {})
    kept.refuse(URL, versions[2].digest)
    kept.add(URL, b"y" * 10, {})
    assert [one.digest for one in kept.versions(URL)] == [digest(b"y" * 10), versions[1].digest]
    assert kept.read(other.digest) == b"x" * 1000
    assert sum(path.stat().st_size for path in (kept.folder / "content").iterdir()) <= 3000


def test_what_nobody_needs_is_removed_after_an_hour(kept: Store) -> None:
    """Temporary files, and documents that no event speaks of; younger ones may be somebody's who is at work."""
    kept.add(URL, b"one", {})
    content = kept.folder / "content"
    left = {folder / f".{age}.tmp": age for folder in (content, home(kept)) for age in ("old", "new")} | {
        content / digest(age.encode()): age for age in ("old", "new")
    }
    for path, age in left.items():
        path.write_bytes(age.encode())
        if age == "old":
            os.utime(path, (time.time() - 3700, time.time() - 3700))
    kept.add(URL, b"two", {})
    assert {path for path in left if path.exists()} == {path for path, age in left.items() if age == "new"}
    assert len(kept.versions(URL)) == 2


def test_of_too_many_sources_the_one_that_was_not_used_for_longest_goes(
    kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A URL with a new token every day would be a new source every day."""
    monkeypatch.setattr(store, "SOURCES", 2)
    for number in range(3):
        kept.add(f"{URL}?{number}", b"%d" % number, {})
        kept.look(f"{URL}?{number}")
        os.utime(kept._home(f"{URL}?{number}"), (number + 1, number + 1))
    kept.add(f"{URL}?3", b"3", {})
    assert [len(kept.versions(f"{URL}?{number}")) for number in range(4)] == [0, 0, 1, 1]
    assert len(list((kept.folder / "sources").iterdir())) == 2


# --- many at once, and the end of a process ---

ADDING = """
import sys
from pathlib import Path
from leapocr_dyn.history.store import Store
name, folder, number = sys.argv[1:]
store = Store(Path(folder))
for index in range(int(number)):
    version = store.add("https://api.test/openapi.json", f"{name} {index}".encode(), {})
    store.look("https://api.test/openapi.json")
    print(version.digest, flush=True)
assert store.said == [], store.said
"""


def adding(kept: Store, name: str, number: int) -> subprocess.Popen[str]:
    """A process that adds versions one after the other, and says the hash of each when it is there."""
    return subprocess.Popen(
        [sys.executable, "-c", ADDING, name, str(kept.folder), str(number)], stdout=subprocess.PIPE, text=True
    )


def test_eight_processes_at_once_lose_nothing(kept: Store) -> None:
    """Each event has a number of its own, and each process's are in its order."""
    processes = [adding(kept, str(number), 5) for number in range(8)]
    said = [process.communicate()[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0] * 8
    found = [event.digest for event in reversed(kept.log(URL))]
    assert sorted(found) == sorted(one for some in said for one in some)
    for some in said:
        assert [one for one in found if one in some] == some
    assert not list(kept.folder.rglob(".*"))
    usable(kept)


def test_threads_may_share_a_store(kept: Store) -> None:
    """Or have one each, for one folder."""
    stores = [kept, kept, Store(kept.folder), Store(kept.folder)]
    work = [
        threading.Thread(target=lambda one=one, name=name: [one.add(URL, b"%d %d" % (name, i), {}) for i in range(8)])
        for name, one in enumerate(stores)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert len(kept.log(URL)) == len(kept.versions(URL)) == 32
    assert [one.said for one in stores] == [[]] * 4


@posix
@pytest.mark.parametrize("after", [1, 2, 7])
def test_a_process_that_is_killed_while_it_adds_leaves_a_usable_store(kept: Store, after: int) -> None:
    """What it said is there is there; at most the one that it was at is missing."""
    with adding(kept, "victim", 1_000_000) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(after)]
        process.send_signal(signal.SIGKILL)
        said += process.stdout.read().split()
    said = [one for one in said if len(one) == 64][-EVENTS + 2 :]
    found = [one.digest for one in kept.versions(URL)]
    assert said == [one for one in reversed(found) if one in said]
    usable(kept)


# A child per step is killed before the k-th thing that changes a disk; that is also after the one before. Whoever
# appends defines prepared(folder), which makes the first of the folders, and update(folder), which works in a copy.
KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from leapocr_dyn.history.store import Store

def armed(at):
    left = [at]
    def arm(name):
        real = getattr(os, name)
        def fake(*words, **more):
            if name != "open" or words[1] & os.O_CREAT:
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
            return real(*words, **more)
        setattr(os, name, fake)
    for name in ("open", "fsync", "link", "replace", "unlink", "rmdir", "utime"):
        arm(name)

def killed_at_every_step(prepared, update, top):
    at, killed = 0, True
    prepared(top / "000")
    while killed:
        at += 1
        shutil.copytree(top / "000", top / f"{at:03}")
        child = os.fork()
        if child == 0:
            armed(at)
            update(top / f"{at:03}")
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status)
        assert killed or os.WEXITSTATUS(status) == 0, status
    print(at)
"""
ADDING_AND_REFUSING = """
URL = "https://api.test/openapi.json"

def prepared(folder):
    store = Store(folder)
    store.add(URL, b"first", {"etag": "1"})
    store.add(URL, b"second", {"etag": "2"})
    (folder / "content" / ("f" * 64)).write_bytes(b"left")
    os.utime(folder / "content" / ("f" * 64), (1, 1))

def update(folder):
    store = Store(folder)
    store.look(URL)
    third = store.add(URL, b"third", {"etag": "3"})
    store.refuse(URL, third.digest)

killed_at_every_step(prepared, update, Path(sys.argv[1]))
"""


@posix
def test_a_process_that_is_killed_at_any_step_leaves_a_usable_store(tmp_path: Path) -> None:
    """At each thing that an update does to the disk: the history is what it was, or one step on, and never between."""
    ran = subprocess.run(
        [sys.executable, "-c", KILLED + ADDING_AND_REFUSING, str(tmp_path)], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > 15
    first, second, third = (digest(word) for word in (b"first", b"second", b"third"))
    right = [
        [(second, False), (first, False)],
        [(third, False), (second, False), (first, False)],
        [(third, True), (second, False), (first, False)],
    ]
    seen = []
    for folder in sorted(tmp_path.iterdir()):
        kept = Store(folder)
        seen.append(right.index([(one.digest, one.refused) for one in kept.versions(URL)]))
        usable(kept)
    assert seen == sorted(seen), "who was killed later got as far or farther"
    assert set(seen) == {0, 1, 2}
