"""`leapocr-dyn spec show`, `update`, `pin`, `rollback`, `log`: which version a project speaks, over a real socket."""

from __future__ import annotations

import copy
import hashlib
import http.server
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from documents import openapi
from shell import Run
from test_store import KILLED, posix

import leapocr_dyn
from leapocr_dyn.history import lock
from leapocr_dyn.history.store import Store

Json = Any  # whatever a test feeds in
SECRET = "token-that-nobody-may-see"


def operation(id_: str, **properties: Json) -> Json:
    """An operation that answers an object with these properties."""
    content = {"application/json": {"schema": {"type": "object", "properties": properties}}}
    return {"operationId": id_, "tags": ["pets"], "responses": {"200": {"description": "", "content": content}}}


TEXT = {"type": "string"}
FIRST = openapi(
    paths={"/pets/first": {"get": operation("getPet", name=TEXT)}, "/toys": {"get": operation("listToys", name=TEXT)}},
    info={"title": "Pets", "version": "1"},
)


def changed(path: str, **properties: Json) -> Json:
    """The first version, where the answer at a path has these properties."""
    tree = copy.deepcopy(FIRST)
    found = tree["paths"][path]["get"]
    found["responses"]["200"]["content"]["application/json"]["schema"]["properties"] = properties
    return tree


MORE = changed("/pets/first", name=TEXT, age={"type": "integer"})
NO_TOYS = changed("/toys")
NO_PETS = changed("/pets/first")


def digest(document: Json) -> str:
    """The sha256 of a document, as the source serves it."""
    return hashlib.sha256(json.dumps(document).encode()).hexdigest()


class Source(http.server.ThreadingHTTPServer):
    """Serves a document, which can change, with its hash for an ETag. asked: [(path, If-None-Match)]."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.document: Json = FIRST
        self.asked: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        """Where the document is."""
        return f"http://127.0.0.1:{self.server_port}/openapi.json"


class Answer(http.server.BaseHTTPRequestHandler):
    """One answer of a Source."""

    server: Source

    def do_GET(self) -> None:
        """The document, or that it is the one that is known."""
        content = json.dumps(self.server.document).encode()
        etag = f'"{hashlib.sha256(content).hexdigest()}"'
        self.server.asked.append((self.path, self.headers["If-None-Match"]))
        self.send_response(304 if self.headers["If-None-Match"] == etag else 200)
        self.send_header("ETag", etag)
        if self.headers["If-None-Match"] != etag:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.headers["If-None-Match"] != etag:
            self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def source() -> Iterator[Source]:
    """Where newer versions are."""
    with Source() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a project, on a machine that has seen nothing, with the document that it was written against."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pets.json").write_text(json.dumps(FIRST))
    monkeypatch.chdir(folder)
    return folder


def shown(run: Run, *words: str) -> dict[str, Json]:
    """What `spec show` says, as programs get it."""
    said = run("spec", "show", "--json", *words)
    assert (said.code, said.err) == (0, "")
    found: dict[str, Json] = json.loads(said.out)
    return found


def labelled(out: str) -> dict[str, str]:
    """The lines of `spec show` by their labels."""
    return {line[:12].strip(): line[12:] for line in out.splitlines()}


# --- show ---


def test_a_bundled_service_is_spoken_as_it_comes(run: Run) -> None:
    """Without a lock and a source there is one version, and nothing is asked."""
    said = labelled(run("spec", "show").out)
    found = shown(run)
    assert said["api"] == "leapocr: 8 operations, 28 models"
    assert said["version"] == f"{found['digest'][:12]}: comes with leapocr-dyn {leapocr_dyn.__version__}"
    assert said["policy"] == "pinned"
    assert "ocr.get_job_status" in said["uses"].split(", ")
    assert (found["source"], found["lock"], found["versions"]) == (None, None, [])


def test_show_is_stable_for_programs(run: Run, source: Source) -> None:
    """All facts, also those that are none."""
    run("spec", "update", "--spec", "pets.json", "--updates", source.url)
    found = shown(run, "--spec", "pets.json", "--updates", source.url)
    assert list(found) == [
        *("api", "digest", "why", "date", "policy", "source", "asked", "lock", "pinned"),
        *("operations", "models", "fingerprint", "uses", "versions"),
    ]
    assert (found["api"], found["digest"], found["policy"]) == ("Pets", digest(FIRST), "compatible")
    assert (found["operations"], found["models"], found["uses"]) == (2, 0, [])
    [version] = found["versions"]
    assert version == {"digest": digest(FIRST), "seen": version["seen"], "refused": False}
    assert found["date"] == version["seen"]


def test_a_file_is_its_own_version(run: Run) -> None:
    """With the hash that sha256sum has for it."""
    found = shown(run, "--spec", "pets.json")
    assert (found["digest"], found["why"], found["date"]) == (digest(FIRST), "the file pets.json", None)


def test_what_is_shown_is_what_programs_speak(run: Run, source: Source, project: Path) -> None:
    """On the same terms: before an update, after it, and after a rollback."""
    terms: Json = {"policy": "compatible", "updates": source.url}
    words = ("--spec", "pets.json", "--updates", source.url)

    def spoken() -> str | None:
        following = leapocr_dyn.load(project / "pets.json", **terms).following
        assert following is not None
        return following.digest or digest(FIRST)

    seen = []
    source.document = MORE
    for command in ("show", "update", "rollback"):
        run("spec", command, *words)
        seen.append(spoken())
        assert shown(run, *words)["digest"] == spoken()
    assert seen == [digest(FIRST), digest(MORE), digest(FIRST)]


# --- update ---


def test_an_update_that_breaks_nothing_is_taken(run: Run, source: Source) -> None:
    """One line says what it is and what changed; the next time there is nothing new, and the source need send none."""
    source.document = MORE
    words = ("spec", "update", "--spec", "pets.json", "--updates", source.url, "--workflow", "uses.json")
    Path("uses.json").write_text(json.dumps({"operations": {"getPet": {"name": "pets.get_pet"}}}))
    said = run(*words)
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        f"Pets: version {digest(MORE)[:12]} of {source.url} is spoken now (1 addition); "
        "nothing that is used here breaks\n"
        "  addition  GET /pets/first: response 200: age is new\n"
    )
    assert run(*words) == (0, f"Pets: nothing new at {source.url}\n", "")
    assert source.asked == [("/openapi.json", None), ("/openapi.json", f'"{digest(MORE)}"')]


def test_a_dry_run_keeps_nothing(run: Run, source: Source, tmp_path: Path) -> None:
    """And says the same; nothing is on the disk afterwards, not even that somebody looked."""
    source.document = MORE
    said = run("spec", "update", "--dry-run", "--spec", "pets.json", "--updates", source.url)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        f"Pets: version {digest(MORE)[:12]} of {source.url} would be taken over (1 addition); "
        "nothing that is used here breaks",
        "  addition  GET /pets/first: response 200: age is new",
        "Nothing says what is used here: leapocr-dyn spec pin --uses NAME writes it into the lock file.",
        "Nothing was kept; the same without --dry-run keeps it.",
    ]
    assert not (tmp_path / "cache").exists()
    found = shown(run, "--spec", "pets.json", "--updates", source.url)
    assert (found["digest"], found["asked"]) == (digest(FIRST), None)


def test_an_update_that_breaks_what_is_used_is_not_taken(run: Run, source: Source) -> None:
    """It says what would break and where, and ends with 5; what is not used may break."""
    run("spec", "pin", "--spec", source.url, "--uses", "get_pet", "--policy", "compatible")
    source.document = NO_PETS
    said = run("spec", "update")
    assert (said.code, said.err) == (5, "")
    assert said.out.splitlines() == [
        f"Pets: version {digest(NO_PETS)[:12]} of {source.url} is not taken over (1 breaking change), "
        "because it would break what is used here:",
        "  GET /pets/first: response 200: name is gone "
        "(at #/paths/~1pets~1first/get/responses/200/content/application~1json/schema)",
    ]
    assert shown(run)["digest"] == digest(FIRST)
    source.document = NO_TOYS
    said = run("spec", "update")
    assert said.code == 0
    assert "(1 breaking change); nothing that is used here breaks" in said.out
    assert "\n  breaking  GET /toys: response 200: name is gone\n" in said.out
    assert shown(run)["digest"] == digest(NO_TOYS)


def test_latest_takes_what_breaks_and_says_so(run: Run, source: Source) -> None:
    """The code is the same: a build wants to know."""
    run("spec", "pin", "--spec", source.url, "--uses", "get_pet", "--policy", "latest")
    source.document = NO_PETS
    said = run("spec", "update")
    assert said.code == 5
    assert "is spoken now (1 breaking change); this breaks what is used here:" in said.out
    assert shown(run)["why"] == f"taken over from {source.url}: it is the newest"


def test_a_pinned_project_learns_what_is_new_and_pins_it(run: Run, source: Source) -> None:
    """An update alone changes nothing for it; the lock is moved by a command of its own."""
    run("spec", "pin", "--spec", source.url, "--uses", "get_pet")
    source.document = MORE
    said = run("spec", "update")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[1:] == [
        "  the policy is pinned",
        "  addition  GET /pets/first: response 200: age is new",
        "Nothing that is used here breaks.",
        "The lock file still has the version before: leapocr-dyn spec pin moves it to this one.",
    ]
    assert shown(run)["digest"] == digest(FIRST)
    said = run("spec", "pin")
    assert f"is version {digest(MORE)[:12]} of {source.url}, no longer {digest(FIRST)[:12]} of " in said.out
    assert shown(run)["digest"] == digest(MORE)
    assert lock.pinned(Path(lock.NAME), "Pets").uses == ("get_pet",)


def test_programs_get_the_update_as_json(run: Run, source: Source) -> None:
    """The same keys whatever became of it."""
    words = ("spec", "update", "--json", "--spec", "pets.json", "--updates", source.url)
    found = []
    for document in (FIRST, MORE, NO_TOYS):
        source.document = document
        found.append(json.loads(run(*words, *(["--dry-run"] if document is NO_TOYS else [])).out))
    assert {tuple(one) for one in found} == {
        ("api", "source", "digest", "taken", "dry", "severity", "changes", "breaks", "reasons")
    }
    assert [(one["digest"], one["taken"], one["severity"], len(one["changes"])) for one in found] == [
        (digest(FIRST), True, "none", 0),
        (digest(MORE), True, "addition", 1),
        (digest(NO_TOYS), False, "breaking", 1),
    ]


@pytest.mark.parametrize(
    ("document", "said"),
    [("<html>", "is an object with fields"), ({"openapi": "3.1.0", "info": {}, "paths": {}}, "describes no operation")],
)
def test_a_source_that_gives_no_document_changes_nothing(run: Run, source: Source, document: Json, said: str) -> None:
    """One sentence; what was spoken is spoken."""
    words = ("--spec", "pets.json", "--updates", source.url)
    source.document = MORE
    run("spec", "update", *words)
    source.document = document
    failed = run("spec", "update", *words)
    assert (failed.code, failed.out, len(failed.errors)) == (2, "", 1)
    assert said in failed.err
    assert shown(run, *words)["digest"] == digest(MORE)


def test_a_source_that_is_down_changes_nothing(run: Run, source: Source) -> None:
    """Everything but asking it works."""
    words = ("--spec", "pets.json", "--updates", source.url)
    source.document = MORE
    run("spec", "update", *words)
    source.server_close()
    failed = run("spec", "update", *words)
    assert (failed.code, failed.out, len(failed.errors)) == (1, "", 1)
    assert f"127.0.0.1:{source.server_port}" in failed.err
    assert shown(run, *words)["digest"] == digest(MORE)
    assert run("spec", "pin", *words).code == 0


# --- pin ---


def test_a_bundled_service_is_pinned_without_a_copy(run: Run, project: Path) -> None:
    """The package has it; a lock notices where it comes with another one."""
    said = run("spec", "pin", "--service", "zaguan")
    assert (said.code, said.err) == (0, "")
    pin = lock.pinned(project / lock.NAME, "zaguan")
    assert (pin.source, pin.document, pin.policy) == ("bundled", None, "pinned")
    assert said.out == (
        f"leapocr-dyn.lock: zaguan is version {pin.sha256[:12]} that comes with leapocr-dyn; the policy is pinned\n"
    )
    assert shown(run)["why"] == "pinned by leapocr-dyn.lock"
    lock.write(project / lock.NAME, pin._replace(sha256="a" * 64))
    failed = run("spec", "show")
    assert (failed.code, failed.out) == (2, "")
    assert (
        "another version than the one that is pinned; pin this one if it is right: leapocr-dyn spec pin" in failed.err
    )
    assert run("spec", "pin").code == 0
    assert lock.pinned(project / lock.NAME, "zaguan") == pin


def test_a_new_machine_speaks_what_is_pinned_without_asking(
    run: Run, source: Source, project: Path, tmp_path: Path
) -> None:
    """The copy beside the lock is all that it needs."""
    source.document = MORE
    said = run("spec", "pin", "--spec", source.url, "--uses", "get_pet", "--policy", "compatible")
    assert said.out == (
        f"leapocr-dyn.lock: Pets is version {digest(MORE)[:12]} of {source.url}, with a copy in "
        "leapocr-dyn.pets.json; the policy is compatible\n"
    )
    assert (project / "leapocr-dyn.pets.json").read_text() == json.dumps(MORE)
    asked = len(source.asked)
    shutil.rmtree(tmp_path / "cache")
    found = shown(run)
    assert (found["digest"], found["why"], found["uses"]) == (
        digest(MORE),
        "pinned by leapocr-dyn.lock",
        ["pets.get_pet"],
    )
    assert found["date"] == lock.pinned(project / lock.NAME, "Pets").date
    assert len(source.asked) == asked


def test_pinning_again_changes_nothing_that_people_wrote(run: Run, source: Source, project: Path) -> None:
    """What is used, the policy, the name of the copy, the day; only what is asked for is new."""
    run("spec", "pin", "--spec", source.url)
    pin = lock.pinned(project / lock.NAME, "Pets")
    edited = pin._replace(date="2020-02-02", policy="latest", document="pets.copy", uses=("list_toys",))
    lock.write(project / lock.NAME, edited)
    assert run("spec", "pin").code == 0
    assert lock.pinned(project / lock.NAME, "Pets") == edited
    run("spec", "pin", "--uses", "get_pet", "--policy", "pinned")
    assert lock.pinned(project / lock.NAME, "Pets") == edited._replace(policy="pinned", uses=("get_pet",))


def test_a_version_is_pinned_by_the_beginning_of_its_hash(run: Run, source: Source) -> None:
    """Also an older one, and one that breaks what is used; what is none is said with those that there are."""
    run("spec", "pin", "--spec", source.url, "--uses", "get_pet", "--policy", "compatible")
    source.document = NO_PETS
    run("spec", "update")
    said = run("spec", "pin")
    assert f"version {digest(NO_PETS)[:12]} is newer, and does not fit" in said.err
    assert shown(run)["pinned"] == digest(FIRST)
    assert run("spec", "pin", digest(NO_PETS)[:8]).code == 0
    assert shown(run)["digest"] == digest(NO_PETS)
    run("spec", "pin", digest(FIRST)[:8])
    assert shown(run)["pinned"] == digest(FIRST)
    failed = run("spec", "pin", "xyz")
    assert (failed.code, failed.out) == (2, "")
    assert f"no version begins with 'xyz'; there are {digest(NO_PETS)[:12]}, {digest(FIRST)[:12]}" in failed.err
    assert "several versions begin with ''" in run("spec", "pin", "").err


def test_what_breaks_is_pinned_only_by_its_name(run: Run, source: Source, project: Path) -> None:
    """Where the source has nothing else, nothing is pinned, and the code says so."""
    Path("uses.json").write_text(json.dumps({"operations": {"getPet": {"name": "pets.get_pet"}}}))
    words = ("spec", "pin", "--spec", "pets.json", "--workflow", "uses.json", "--updates", source.url)
    source.document = NO_PETS
    for _ in range(2):
        said = run(*words)
        assert said.code == 5
        assert digest(NO_PETS)[:12] in said.err
        assert not (project / lock.NAME).exists()
    assert run(*words, digest(NO_PETS)[:12]).code == 0


def test_a_file_is_pinned_with_its_way_from_the_lock(run: Run, project: Path) -> None:
    """A lock goes to other machines; it holds no path of this one."""
    (project / "locks").mkdir()
    run("spec", "pin", "--spec", str(project / "pets.json"), "--lock", "locks/our.lock")
    pin = lock.pinned(Path("locks/our.lock"), "Pets")
    assert (pin.source, pin.sha256, pin.document) == ("../pets.json", digest(FIRST), "leapocr-dyn.pets.json")
    assert shown(run, "--lock", "locks/our.lock")["why"] == "pinned by locks/our.lock"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("pin --spec pets.json --uses get_pets", "there is no operation 'get_pets'; did you mean 'get_pet'?"),
        ("pin --spec pets.json --policy compatible", "needs a source of newer documents: --updates URL"),
        ("pin --policy newest", "'newest' is not one of 'pinned', 'compatible', 'latest'"),
        ("pin bundled --spec pets.json", "Pets does not come with leapocr-dyn"),
        ("pin --spec pets.json --lock none/our.lock", "none/our.lock cannot be written: No such file or directory"),
        ("pin 12ab", "no version begins with '12ab'; there is none yet"),
        ("update", "nobody said where newer documents are: --updates URL"),
        ("update --spec pets.json --updates ftp://127.0.0.1/", "is not a URL that starts with https://"),
        ("update --spec pets.json --updates http://api.test/", "anybody on the way could change it"),
        ("show --lock none.lock", "there is no none.lock"),
        ("show --service leapcor", "there is no service 'leapcor'; did you mean 'leapocr'?"),
        ("rollback", "this machine knows none before it"),
        ("rollback --spec pets.json", "this machine knows none before it"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(run: Run, project: Path, words: str, said: str) -> None:
    """And nothing is written."""
    failed = run("spec", *words.split())
    assert (failed.code in (1, 2), failed.out, len(failed.errors)) == (True, "", 1)
    assert said in failed.err
    assert sorted(path.name for path in project.iterdir()) == ["pets.json"]


def test_a_lock_says_which_document_is_meant(run: Run, source: Source, project: Path) -> None:
    """The one in it, where there is one; of several, the one that --service names."""
    run("spec", "pin", "--spec", source.url)
    assert shown(run)["api"] == "Pets"
    run("spec", "pin", "--service", "zaguan")
    assert "leapocr-dyn.lock has Pets, zaguan: say which with --service" in run("spec", "show").err
    assert [shown(run, "--service", name)["api"] for name in ("zaguan", "Pets")] == ["zaguan", "Pets"]
    failed = run("spec", "show", "--spec", "pets.json", "--lock", lock.NAME)
    assert failed.code == 0, "it is known by its title"
    failed = run("spec", "show", "--service", "claude", "--lock", lock.NAME)
    assert "has no 'claude'; there are 'Pets', 'zaguan'" in failed.err


def test_a_lock_that_is_wrong_is_said(run: Run, project: Path) -> None:
    """With the place, and what to do."""
    (project / lock.NAME).write_text("Pets:\n  sauce: bundled\n")
    for command in ("show", "update", "pin", "rollback"):
        failed = run("spec", command)
        assert (failed.code, failed.out, len(failed.errors)) == (2, "", 1)
        assert "leapocr-dyn.lock: Pets has no 'sauce'; did you mean 'source'?" in failed.err
    assert "remove it, and make it again with `leapocr-dyn spec pin`" in failed.err
    (project / lock.NAME).unlink()
    assert run("spec", "pin", "--spec", "pets.json").code == 0, "which is good advice"


def test_a_bundled_version_follows_nothing(run: Run, source: Source) -> None:
    """Who wants it to is told to pin one of the source, and not to give what was given."""
    failed = run("spec", "pin", "bundled", "--policy", "compatible", "--updates", source.url)
    assert failed.code == 2
    assert f"compatible follows a version of {source.url}: pin one of those" in failed.err
    assert "needs a source" not in failed.err


# --- rollback and log ---


def test_a_rollback_is_one_command_and_can_be_undone(run: Run, source: Source) -> None:
    """The version is refused until somebody takes it again, as the last line says."""
    words = ("--spec", "pets.json", "--updates", source.url)
    source.document = MORE
    run("spec", "update", *words)
    said = run("spec", "rollback", *words)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        f"Pets: version {digest(MORE)[:12]} of {source.url} is refused from now on",
        f"Pets: version {digest(FIRST)[:12]} is spoken",
        f"To undo this: leapocr-dyn spec update --again --spec pets.json --updates {source.url}",
    ]
    assert f"{digest(MORE)[:12]}, of " in labelled(run("spec", "show", *words).out)["others"]
    assert labelled(run("spec", "show", *words).out)["others"].endswith(": rolled back")
    said = run("spec", "update", *words)
    assert said.out.splitlines()[1:] == [
        "  it was rolled back; to take it all the same: api.update(again=True), or leapocr-dyn spec update --again",
        "  addition  GET /pets/first: response 200: age is new",
    ]
    assert shown(run, *words)["digest"] == digest(FIRST)
    assert "none before it" in run("spec", "rollback", *words).err
    assert run("spec", "update", "--again", *words).code == 0
    assert shown(run, *words)["digest"] == digest(MORE)


def test_a_rollback_moves_the_lock(run: Run, source: Source, project: Path) -> None:
    """To the version before, with its copy; and back."""
    run("spec", "pin", "--spec", source.url)
    source.document = MORE
    run("spec", "update")
    run("spec", "pin")
    said = run("spec", "rollback", "--json")
    assert json.loads(said.out) == {
        "api": "Pets",
        "source": source.url,
        "refused": digest(MORE),
        "spoken": digest(FIRST),
        "lock": "leapocr-dyn.lock",
    }
    assert (project / "leapocr-dyn.pets.json").read_text() == json.dumps(FIRST)
    assert shown(run)["digest"] == digest(FIRST)
    run("spec", "update", "--again")
    run("spec", "pin", digest(MORE)[:12])
    assert shown(run)["digest"] == digest(MORE)
    assert "leapocr-dyn.lock pins it" in run("spec", "rollback").out


def test_a_rollback_never_goes_forward(run: Run, source: Source) -> None:
    """What this machine has seen since, and nobody has pinned, is no version before the pinned one."""
    run("spec", "pin", "--spec", source.url)
    source.document = MORE
    run("spec", "update")
    said = run("spec", "rollback")
    assert (said.code, shown(run)["digest"]) == (2, digest(FIRST))
    assert "none before it" in said.err
    assert "rolled back" not in run("spec", "log").out


def test_a_rollback_passes_over_what_was_only_seen(run: Run, source: Source) -> None:
    """A version that nobody pinned, because it breaks what is used, is not what anybody wants back."""
    run("spec", "pin", "--spec", source.url, "--uses", "get_pet")
    for document in (NO_PETS, MORE):
        source.document = document
        run("spec", "update")
    assert run("spec", "pin").code == 0
    assert shown(run)["digest"] == digest(MORE)
    assert json.loads(run("spec", "rollback", "--json").out)["spoken"] == digest(FIRST)


def test_where_nothing_before_was_pinned_here_a_rollback_says_so(run: Run, source: Source) -> None:
    """Nothing is refused then, and the lock stays."""
    source.document = NO_PETS
    run("spec", "update", "--spec", source.url)
    source.document = MORE
    run("spec", "update", "--spec", source.url)
    run("spec", "pin", digest(MORE)[:12], "--spec", source.url, "--uses", "get_pet")
    said = run("spec", "rollback")
    assert (said.code, shown(run)["digest"]) == (2, digest(MORE))
    assert f"the one that was seen last before it: leapocr-dyn spec pin {digest(NO_PETS)[:12]}" in said.err


def test_a_url_that_is_no_longer_good_goes_back_to_its_version_before(run: Run, source: Source) -> None:
    """Where nothing is pinned, the newest version that may be used is spoken."""
    run("spec", "update", "--spec", source.url)
    source.document = NO_PETS
    run("spec", "update", "--spec", source.url)
    assert shown(run, "--spec", source.url)["digest"] == digest(NO_PETS)
    assert json.loads(run("spec", "rollback", "--json", "--spec", source.url).out)["spoken"] == digest(FIRST)
    assert shown(run, "--spec", source.url)["digest"] == digest(FIRST)
    assert "none before it" in run("spec", "rollback", "--spec", source.url).err


def test_the_log_has_everything_that_happened(run: Run, source: Source) -> None:
    """The newest first; of all documents, or of one."""
    words = ("--spec", "pets.json", "--updates", source.url)
    source.document = MORE
    run("spec", "update", *words)
    run("spec", "rollback", *words)
    run("spec", "update", "--again", *words)
    said = run("spec", "log")
    assert [line[22:] for line in said.out.splitlines()] == [
        f"{what:<11}  {digest(MORE)[:12]}  {source.url}" for what in ("accepted", "rolled back", "fetched")
    ]
    found = json.loads(run("spec", "log", source.url, "--json").out)
    assert [one["what"] for one in found] == ["accepted", "rolled back", "fetched"]
    assert list(found[0]) == ["when", "what", "digest", "source", "etag", "last_modified"]
    nothing = run("spec", "log", "https://else.test/openapi.json", "--json")
    assert (nothing.code, json.loads(nothing.out)) == (0, [])
    assert "nothing was fetched yet from there" in nothing.err


def test_a_url_with_a_secret_is_written_nowhere(run: Run, source: Source, project: Path, tmp_path: Path) -> None:
    """Neither in the lock, nor in the store, nor on the screen; the lock's user is told that it is not there."""
    url = f"{source.url}?token={SECRET}"
    source.document = MORE
    said = [
        run("spec", "update", "--spec", "pets.json", "--updates", url),
        run("spec", "show", "--spec", "pets.json", "--updates", url),
        run("spec", "rollback", "--spec", "pets.json", "--updates", url),
        run("spec", "update", "--again", "--json", "--spec", "pets.json", "--updates", url),
        run("spec", "pin", "--spec", "pets.json", "--updates", url, "--policy", "compatible"),
        run("spec", "log"),
        run("spec", "log", url),
    ]
    assert [one.code for one in said] == [0] * len(said)
    assert "the query of the URL is not written down" in said[4].err
    assert SECRET not in "".join(one.out + one.err for one in said)
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or SECRET.encode() not in path.read_bytes(), path
    assert SECRET in source.asked[0][0]


def test_a_store_that_is_damaged_is_said_and_mended(run: Run, source: Source) -> None:
    """One line on stderr; the command goes on with what there is."""
    words = ("--spec", "pets.json", "--updates", source.url)
    source.document = MORE
    run("spec", "update", *words)
    (Store().folder / "content" / digest(MORE)).write_text("something else")
    said = run("spec", "show", *words)
    assert (said.code, len(said.errors)) == (0, 1)
    assert "was damaged, and is thrown away" in said.err
    run("spec", "update", *words)
    assert shown(run, *words)["digest"] == digest(MORE)


def test_a_machine_without_a_cache_says_so(run: Run, source: Source, tmp_path: Path) -> None:
    """An update is still told; that it could not be kept, too."""
    (tmp_path / "cache").write_text("a file")
    source.document = MORE
    said = run("spec", "update", "--spec", "pets.json", "--updates", source.url)
    assert said.code == 0
    assert "is spoken now" in said.out
    assert "cannot be written" in said.err
    said = run("spec", "pin", "--spec", "pets.json", "--updates", source.url)
    assert "cannot be written" in said.err, "which is why it cannot be pinned"


# --- the end of a process ---

# The parent looks once, so that a child has everything imported and only its disk to change.
UPDATING = """
import json
import leapocr_dyn

def followed(folder):
    os.environ["XDG_CACHE_HOME"] = str(folder)
    return leapocr_dyn.load("pets.json", policy="compatible", updates=sys.argv[2])

def prepared(folder):
    folder.mkdir()
    assert followed(folder).update(dry=True).taken

killed_at_every_step(prepared, lambda folder: followed(folder).update(), Path(sys.argv[1]))
"""


@posix
def test_an_update_that_is_killed_at_any_step_took_place_or_did_not(
    run: Run, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes next speaks the old version or the new one, and can update; there is nothing to repair."""
    top = tmp_path / "machines"
    top.mkdir()
    source.document = MORE
    words = [sys.executable, "-c", KILLED + UPDATING, str(top), source.url]
    ran = subprocess.run(words, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    spoken = []
    for machine in sorted(top.iterdir()):
        monkeypatch.setenv("XDG_CACHE_HOME", str(machine))
        api = leapocr_dyn.load("pets.json", policy="compatible", updates=source.url)
        assert api.following is not None
        spoken.append(api.following.digest)
        api.update()
        assert api.following.digest == digest(MORE)
        assert api.following.store.said == []
    taken = spoken.index(digest(MORE))
    assert taken > 5
    assert spoken == [None] * taken + [digest(MORE)] * (len(spoken) - taken)
