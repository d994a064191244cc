"""What tools/bench measures: ratios of interleaved rounds in one run, because machines are shared and noisy.

Each case is a program of its own in a fresh interpreter; programs that are compared take turns. The reference is a bare
httpx script that does the same thing untyped. Absolute times say something about the machine; only the ratios are ours.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATUS = {
    "id": "1",
    "status": "processing",
    "processed_pages": 3,
    "total_pages": 10,
    "created_at": "2026-01-15T10:00:00Z",
}

EMPTY = "pass"
HTTPX_IMPORT = "import httpx"
OUR_IMPORT = "import leapocr_dyn"
HTTPX_FIRST = """
import httpx
with httpx.Client(headers={"X-API-KEY": "k"}) as client:
    assert client.get("URL/ocr/status/1").json()["status"] == "processing"
"""
OUR_FIRST = """
from leapocr_dyn import LeapOCRSync
with LeapOCRSync("k", base_url="URL") as client:
    assert client.ocr.get_job_status("1").status == "processing"
"""
HTTPX_CALLS = """
import time, httpx
client = httpx.Client(headers={"X-API-KEY": "k"})
get = lambda: client.get("URL/ocr/status/1").json()
"""
OUR_CALLS = """
import time, leapocr_dyn
client = leapocr_dyn.load("leapocr").client(api_key="k", base_url="URL")
get = lambda: client.ocr.get_job_status(job_id="1")
"""
REPEATED = """
for _ in range(50): get()
start = time.process_time()
for _ in range(500): get()
print((time.process_time() - start) / 500)
"""
RESULT = """
import json, time, leapocr_dyn
bounds = {"x": 1, "y": 2, "width": 10, "height": 10}
box = lambda n: {"type": "paragraph", "text": "word %d " % n * 14, "bounds": bounds}
boxes = [box(n) for n in range(50)]
page = lambda n: {"id": str(n), "page_number": n, "result": "text " * 40, "confidence": 0.9, "bounding_boxes": boxes}
text = json.dumps({"job_id": "1", "status": "completed", "pages": [page(n) for n in range(100)]}).encode()
api = leapocr_dyn.load("leapocr")
read = api.operations["get_job_result"].read
plain = lambda: json.loads(text)
typed = lambda: read(200, {"content-type": "application/json"}, text)
typed(); plain()
def timed(call):
    start = time.process_time(); call(); return time.process_time() - start
rounds = [(timed(plain), timed(typed)) for _ in range(15)]
rounds.sort(key=lambda pair: pair[1] / pair[0])
print(rounds[7][1] / rounds[7][0])
"""


class Handler(BaseHTTPRequestHandler):
    """Answers every GET with a job's status."""

    protocol_version = "HTTP/1.1"
    wbufsize = 2**16  # headers and body in one packet; two would wait for each other (RFC 896)

    def do_GET(self) -> None:
        """One status."""
        body = json.dumps(STATUS).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's word
        """Nothing: a log would be measured, too."""


def main() -> None:
    """Build the wheel, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11, help="fresh interpreters for each case")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        python = installed_in(Path(folder))
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        rows = measured(python, url, rounds)
        server.shutdown()
    print(
        f"| what ({rounds} interleaved rounds, Python {sys.version.split()[0]}) | bare httpx | this package | ratio |"
    )
    print("|---|---|---|---|")
    for name, reference, ours, ratio in rows:
        print(f"| {name} | {reference} | {ours} | {ratio:.2f} |")


def installed_in(folder: Path) -> Path:
    """The Python of a fresh environment that has the built wheel and what it needs to run, and nothing else."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    python = folder / "venv" / "bin" / "python"
    install = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        str(next(folder.glob("*.whl"))),
    ]
    subprocess.run(install, check=True)
    return python


def measured(python: Path, url: str, rounds: int) -> list[tuple[str, str, str, float]]:
    """One row for each thing that is compared."""
    programs = {
        "empty": EMPTY,
        "httpx": HTTPX_IMPORT,
        "ours": OUR_IMPORT,
        "httpx first": HTTPX_FIRST,
        "our first": OUR_FIRST,
    }
    times: dict[str, list[float]] = {name: [] for name in programs}
    calls: dict[str, list[float]] = {"httpx": [], "ours": []}
    for _ in range(rounds):
        for name, program in programs.items():
            times[name].append(wall(program.replace("URL", url), python))
        for name, program in (("httpx", HTTPX_CALLS), ("ours", OUR_CALLS)):
            calls[name].append(float(output((program + REPEATED).replace("URL", url), python)))
    wall_of = {name: statistics.median(found) for name, found in times.items()}
    cpu_of = {name: statistics.median(found) for name, found in calls.items()}
    decode = statistics.median(float(output(RESULT, python)) for _ in range(3))

    def milliseconds(seconds: float) -> str:
        return f"{seconds * 1000:.1f} ms"

    rows = [("process start to first typed response", "httpx first", "our first")]
    table = [
        (name, milliseconds(wall_of[left]), milliseconds(wall_of[right]), wall_of[right] / wall_of[left])
        for name, left, right in rows
    ]
    above = {name: wall_of[name] - wall_of["empty"] for name in ("httpx", "ours")}
    table.insert(
        0,
        (
            "import, above an empty interpreter",
            milliseconds(above["httpx"]),
            milliseconds(above["ours"]),
            above["ours"] / above["httpx"],
        ),
    )
    micro = {name: f"{seconds * 1e6:.0f} us" for name, seconds in cpu_of.items()}
    table.append(
        (
            "CPU of one typed call (500 in a row, one connection)",
            micro["httpx"],
            micro["ours"],
            cpu_of["ours"] / cpu_of["httpx"],
        )
    )
    table.append(("a result of 100 pages and 5,000 boxes, typed, over json.loads", "", "", decode))
    return table


def wall(program: str, python: Path) -> float:
    """Seconds from the start of an interpreter to its end."""
    start = time.perf_counter()
    output(program, python)
    return time.perf_counter() - start


def output(program: str, python: Path) -> str:
    """What a program prints, run by itself in the fresh environment."""
    found = subprocess.run([str(python), "-I", "-c", program], check=True, stdout=subprocess.PIPE, text=True)
    return found.stdout.strip()


if __name__ == "__main__":
    main()
