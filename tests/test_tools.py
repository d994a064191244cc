"""tools/: what a newcomer runs first."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import leapocr_dyn

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import thousand  # noqa: E402 - it stands beside the tools, which are found from here on

WORDS = [
    "Harbour Tea Company",
    "Dear Ms Okafor",
    "Invoice 2026-0042",
    "164.40",
    "How to make a good cup of tea",
    "strainer",
]


def started() -> subprocess.Popen[str]:
    """The demo, on its way; in a session of its own, so that nothing but it gets its signals."""
    command = [sys.executable, "tools/demo.py"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=ROOT, text=True, start_new_session=True, **pipes)  # type: ignore[call-overload, no-any-return]  # pipes are what Popen takes


def test_the_demo_prints_the_words_that_are_on_the_scanned_pages() -> None:
    """No key, no account: the text of all three pages on stdout, the progress on stderr, exit code 0."""
    demo = started()
    out, said = demo.communicate(timeout=120)
    assert demo.returncode == 0, said
    assert [word for word in WORDS if word not in out] == []
    assert "scan.pdf: sent 681 kB" in said
    assert "scan.pdf: 3 of 3 pages" in said


def test_the_demo_ends_on_ctrl_c_and_leaves_no_process() -> None:
    """An interrupt in the middle ends it at once with 130 and one line; nobody of its session is left."""
    demo = started()
    assert demo.stderr is not None
    for line in demo.stderr:
        if "sent" in line:
            break
    demo.send_signal(signal.SIGINT)
    _, said = demo.communicate(timeout=30)
    assert demo.returncode == 130
    assert said.strip().endswith("leapocr-dyn: interrupted")
    assert "Traceback" not in said
    assert alive(demo.pid) == []


def alive(session: int) -> list[str]:
    """The processes of a session that are still there."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(entry.name)) == session:
                found.append((entry / "cmdline").read_text().replace("\0", " "))
        except (OSError, ProcessLookupError):
            continue
    return found


def test_the_sample_is_a_scan_of_several_pages_and_parts() -> None:
    """The scan has at least three pages, no text layer, and needs at least two parts at the demo's part size."""
    import pypdfium2  # type: ignore[import-untyped]  # it has no types

    path = ROOT / "samples" / "scan.pdf"
    assert path.stat().st_size > 2 * 128 * 1024
    pdf = pypdfium2.PdfDocument(path)
    try:
        pages = list(pdf)
        texts = [page.get_textpage().get_text_bounded() for page in pages]
    finally:
        pdf.close()
    assert len(texts) >= 3
    assert set(texts) == {""}


def test_an_option_that_the_test_tool_does_not_know_is_refused() -> None:
    """A typo runs nothing and says which options there are."""
    found = subprocess.run([ROOT / "tools" / "test", "--al"], capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert "--all-pythons" in found.stderr


def test_the_document_that_others_are_compared_on_is_what_it_says() -> None:
    """1,000 operations and as many schemas, in about 2 MB; every one loads here, and its first call can be planned."""
    tree = thousand.document(200)
    api = leapocr_dyn.load(tree)
    assert len(api.operations) == 1_000
    assert len(tree["components"]["schemas"]) - len(thousand.SHARED) == 1_000
    assert 1_500_000 < len(json.dumps(tree)) < 2_500_000
    assert [finding.rule for finding in api.report] == []
    assert len(thousand.document(1, spare=10)["components"]["schemas"]) == len(thousand.SHARED) + 15
    url = api.operations["listInvoice0"].plan("https://a.test", limit=5, status=["open", "done"]).url
    assert url == "https://a.test/invoice0s?limit=5&status=open,done"
