"""What tools/bench measures: ratios of interleaved rounds in one run, because machines are shared and noisy.

Each case is a program of its own in a fresh interpreter; programs that are compared take turns. There are two
references: a bare httpx script that does the same thing untyped, and other packages (tools/peers.py) that read the same
document of 1,000 operations (tools/thousand.py). Absolute times say something about the machine; only the ratios are
ours.
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
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import peers
import thousand

ROOT = Path(__file__).resolve().parent.parent
PYTHON = f"Python {sys.version.split()[0]}"
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

# From the file to the first planned request. An import is not part of it, and nothing is sent. Memory is what the
# process holds more than after the import, at the end and at its peak (proc_pid_status(5); writing 5 starts the peak
# anew).
LOADS = """
import json, sys, time
def memory():
    fields = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return [int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")]
IMPORT
file, arguments = "FILE", {"invoice0_id": "3f2b8a54-6a0e-4d0b-9b1e-2f1d5a7c9e10"}
open("/proc/self/clear_refs", "w").write("5")
before, start = memory()[0], time.perf_counter()
LOAD
seconds = time.perf_counter() - start
print(json.dumps([seconds, *(after - before for after in memory())]))
"""
PARSE = "", "kept = json.load(open(file))"
OURS = (
    "from leapocr_dyn import load",
    'kept = load(file).operations["getInvoice0"].plan("https://thousand.test/v1", **arguments)',
)
THEIRS = {
    "aiopenapi3": (
        "from aiopenapi3 import OpenAPI",
        """
api = OpenAPI.loads("https://thousand.test/openapi.json", open(file).read())
api.authenticate(Key="k")
# What request() does first; its second half builds and sends.
api.createRequest("getInvoice0")._prepare(None, arguments)
""",
    ),
    "openapi3": (
        """
from openapi3 import OpenAPI
class Planned(Exception): pass
class Session:
    def send(self, request, **options): raise Planned
""",
        """
api = OpenAPI(json.load(open(file)), use_session=True, session_factory=Session)
api.authenticate("Key", "k")
try: api.call_getInvoice0(parameters=arguments)
except Planned: pass
""",
    ),
    # It plans nothing: this is its load alone.
    "openapi-core": ("from openapi_core import OpenAPI", "kept = OpenAPI.from_dict(json.load(open(file)))"),
}


class Cost(NamedTuple):
    """Seconds, and MiB held at the end and at the peak."""

    seconds: float
    held: float
    peak: float


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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=11, help="fresh interpreters for each case")
    parser.add_argument("--loads", type=int, default=3, help="the same, for packages that read 1,000 operations")
    parser.add_argument("--only", choices=("httpx", "peers"), help="one half of the table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = installed_in(folder)
        if options.only != "peers":
            server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            rows = measured(python, f"http://127.0.0.1:{server.server_port}", options.rounds)
            server.shutdown()
            print(f"| what ({options.rounds} interleaved rounds, {PYTHON}) | bare httpx | this package | ratio |")
            print("|---|---|---|---|")
            for what, reference, ours, ratio in rows:
                print(f"| {what} | {reference} | {ours} | {ratio:.2f} |")
        if options.only != "httpx":
            print("\n" * (options.only is None) + "\n".join(compared(python, folder, options.loads)))


def installed_in(folder: Path) -> Path:
    """The Python of a fresh environment that has the built wheel and what it needs to run, and nothing else."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    python = peers.environment(folder / "venv")
    if why := peers.install(python, str(next(folder.glob("*.whl")))):
        raise SystemExit(why)
    return python


def compared(python: Path, folder: Path, rounds: int) -> Iterator[str]:
    """The lines of a table: from a document of 1,000 operations to the first planned request, by us and by others."""
    once, twice = folder / "once.json", folder / "twice.json"
    once.write_text(json.dumps(thousand.document(200)), "utf-8")
    twice.write_text(json.dumps(thousand.document(200, spare=1_000)), "utf-8")
    foreign = peers.environment(folder / "peers")
    missing = {name: why for name in THEIRS if (why := peers.install_peer(foreign, name))}
    cases = {
        "this package": (python, OURS, once),
        "json.load alone": (python, PARSE, once),
        "this package, 1,000 schemas more": (python, OURS, twice),
        "json.load alone, 1,000 schemas more": (python, PARSE, twice),
    } | {name: (foreign, theirs, once) for name, theirs in THEIRS.items() if name not in missing}
    found: dict[str, list[Cost]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, (by, (imports, load), file) in cases.items():
            program = LOADS.replace("IMPORT", imports).replace("LOAD", load).replace("FILE", str(file))
            found[name].append(Cost(*json.loads(output(program, by))))
    costs = {name: Cost(*map(statistics.median, zip(*costs, strict=True))) for name, costs in found.items()}
    ours = costs["this package"]
    size = once.stat().st_size / 1e6
    what = f"1,000 operations, {size:.1f} MB ({rounds} interleaved rounds, {PYTHON})"
    yield f"| {what} | time | held | peak | time / ours | peak / ours |"
    yield "|---|---|---|---|---|---|"
    for name, cost in costs.items():
        label = f"{name} {peers.PINNED[name]}" if name in peers.PINNED else name
        times = f"{cost.seconds / ours.seconds:.2f} | {cost.peak / ours.peak:.2f}"
        yield f"| {label} | {cost.seconds * 1000:.0f} ms | {cost.held:.1f} MiB | {cost.peak:.1f} MiB | {times} |"
    for name, why in missing.items():
        yield f"{name} {peers.PINNED[name]} is not compared, because it cannot be installed: {why}"


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
