"""What a notebook shows: an API, an operation, a value, a job and a result; and the one page that save_html writes."""

from __future__ import annotations

import pickle
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from conftest import KEY, World
from documents import openapi
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_leapocr import Service
from test_markup import HOSTILE, Read, hostile

from leapocr_dyn import LeapOCRSync, ProcessOptions, load
from leapocr_dyn.api import Api
from leapocr_dyn.errors import FileError
from leapocr_dyn.explore import notebook
from leapocr_dyn.handle import Heard

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
# Whoever is linked to, or holds what: nothing else can do anything.
SAFE = re.compile(r"#[\w-]+|data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*")


def result(*pages: dict[str, Any], **more: Any) -> Any:  # Any: the view's class
    """A result, as it is received."""
    wire = {"job_id": "j-1", "status": "completed", "file_name": "scan.pdf", "pages": list(pages), **more}
    return load("leapocr").views.read("JobResult", "getJobResult", wire)


def page(number: int = 1, text: str = "Tea", kind: str = "heading", **bounds: Any) -> dict[str, Any]:
    """A page with one box."""
    box = {"type": kind, "text": text, "bounds": {"x": 10, "y": 20, "width": 30, "height": 40, **bounds}}
    size = {"width": 100, "height": 200}
    return {"page_number": number, "result": text, "confidence": 0.5, "bounding_boxes": [box], "dimensions": size}


def checked(html: str) -> Read:
    """What a page is made of, which is nothing that could run or ask for anything."""
    read = Read(html)
    assert "script" not in {tag for tag, _ in read.tags}
    names = {name for name, _ in read.held}
    assert not [name for name in names if name.startswith("on") or name in ("style", "src", "srcdoc", "action")]
    assert [value for name, value in read.held if name == "href" and not SAFE.fullmatch(value)] == []
    return read


# --- reprs ---


def test_a_result_prints_in_one_line() -> None:
    """What it is called, how much it holds, and what to try next; never its text."""
    pages = [page(number, "word " * 280) for number in range(1, 13)]
    made = result(*pages, credits_used=12)
    said = "<JobResult scan.pdf completed: 12 pages, 3.4 k words, 12 credits; try .text, .data, "
    assert repr(made) == f"{said}.to_markdown(), .validate(), .into(), .save_html()>"
    assert repr(made.pages[2]) == "<PageResult 3: 280 words, 1 box; try .text, .validate(), .into(), .save_html()>"
    assert repr(result()).startswith("<JobResult scan.pdf completed: 0 pages, 0 words; try ")


@given(hostile, st.integers() | st.floats() | st.none() | hostile)
def test_whatever_a_result_holds_it_prints_in_one_line(text: str, number: Any) -> None:
    """Nothing of a server's moves the cursor, and nothing makes it long."""
    made = repr(result(page(1, text * 50), file_name=text * 50, status=text, credits_used=number))
    assert made.isprintable() or "\n" in text or "\t" in text or "\u200d" in made or not text.isprintable()
    assert "\x1b" not in made
    assert len(made) < 1000


def test_a_large_value_says_how_much_is_left_out() -> None:
    """Whole fields, as many as fit a screen, and where the others are."""
    fields = {f"field_{number}": {"type": "string"} for number in range(100)}
    it = load(openapi({"Large": {"type": "object", "properties": fields}})).models["Large"]
    said = repr(it(**dict.fromkeys(fields, "x" * 500)))
    assert len(said) <= 1000
    assert re.search(r"field_9='x+\.\.\.x+', field_10=.*', … \d\d more; to_dict\(\) has all\)$", said)


def test_a_job_says_what_was_heard_of_it(world: World) -> None:
    """Nothing before it was asked; its state afterwards, without another question."""
    job = world.client(Service("processing", "completed", pages=2)).ocr.job("j-1")
    assert repr(job) == "<Job j-1: status(), wait(), pages(), results(), delete(), token()>"
    world.run(job.status())
    assert repr(job).startswith("<Job j-1 processing")
    world.run(job.wait())
    assert repr(job).startswith("<Job j-1 completed")
    assert KEY not in repr(job) + notebook.html(job)


# --- HTML ---


@pytest.fixture
def shop() -> Api:
    """A small API."""
    return load(SAMPLES / "shop.yaml")


def test_an_api_shows_its_operations(shop: Api) -> None:
    """By namespace, with method, path and summary; and how many of everything there are."""
    read = checked(shop._repr_html_())
    assert read.text.count("orders.get_order") == 1
    assert "GET /orders/{id}" in read.text
    assert "1 model" in read.text


def test_an_operation_shows_what_help_says(shop: Api) -> None:
    """Its signature and its docstring; a client's call shows the same."""
    operation = shop.operations["get_order"]
    text = checked(operation._repr_html_()).text
    assert f"get_order{operation.signature}" in text
    assert "Arguments:" in text
    client: Any = shop.client(api_key=KEY, base_url="https://shop.example")
    assert client.orders.get_order._repr_html_() == operation._repr_html_()
    way = load("costops").methods["usage.submit"]
    assert f"submit{way.signature}" in checked(way._repr_html_()).text


def test_a_value_shows_its_fields(shop: Api) -> None:
    """Of any document's model, with what is inside folded up."""
    order = shop.converter.structure({"id": 7, "lines": [{"article": "tea"}]}, shop.models.type("Order"))
    text = checked(order._repr_html_()).text
    assert all(word in text for word in ("Order", "id", "7", "lines", "1 item", "article", "tea"))


def test_a_large_api_shows_its_beginning() -> None:
    """A thousand operations are counted, and some of them shown."""
    paths = {f"/{number}": {"get": {"operationId": f"op{number}", "responses": {}}} for number in range(1000)}
    html = notebook.html(load(openapi({}, paths)))
    assert len(html) < 60_000
    assert "1000 operations" in html
    assert "940 more" in html


def test_a_result_shows_its_pages() -> None:
    """Each with its confidence, and its text beside the boxes; a few of many, and how to see the others."""
    text = checked(result(*(page(number) for number in range(1, 9)))._repr_html_()).text
    assert text.count("50 % sure") == 1 + notebook.GLANCE
    assert "3 more pages; .save_html(path)" in text
    assert "Page 5" in text
    assert "Page 6" not in text
    assert "Page 2" in checked(result(page(2)).pages[0]._repr_html_()).text


def test_a_page_without_boxes_shows_its_text_or_its_data() -> None:
    """No blank paper: text laid out, or data as fields."""
    made = result({"page_number": 1, "result": "# Tea\n\nhot"}, {"page_number": 2, "result": {"total": 164.4}}, {})
    read = checked(made._repr_html_())
    assert ("svg", ()) not in [(tag, ()) for tag, _ in read.tags]
    assert all(word in read.text for word in ("Tea", "hot", "total", "164.4", "Nothing was read on this page."))


texts = hostile.filter(bool)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(texts, texts, texts)
def test_nothing_that_a_server_says_is_markup(one: str, two: str, three: str) -> None:
    """The page of a hostile result has the elements of a kind one, and its texts in them."""

    def made(one: str, two: str, three: str) -> str:
        said = result(page(1, f"x{one}x", f"k{two}"), {"result": {two: [three]}}, status=three, file_name=f"n{one}")
        return notebook.html(said) + notebook.html(
            load("leapocr").views["JobStatus"](f"j{one}", three, error_message=two)
        )

    hard, kind = checked(made(one, two, three)), checked(made("a", "b", "c"))
    flat = {
        "table",
        "thead",
        "tbody",
        "tr",
        "td",
        "th",
        "div",
        "p",
        "ul",
        "li",
        "strong",
        "h3",
        "h4",
        "h5",
        "h6",
        "pre",
    }
    tags = [[(tag, names) for tag, names in read.tags if tag.lstrip("/") not in flat] for read in (hard, kind)]
    assert tags[0] == tags[1]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_a_document_says_is_markup(text: str) -> None:
    """Titles, versions, summaries, names, descriptions and defaults."""
    schema = {"type": "object", "properties": {text: {"type": "string", "description": text, "default": text}}}
    parameters = [{"name": text, "in": "query", "description": text, "schema": {"type": "string", "enum": [text]}}]
    said = {"operationId": text, "summary": text, "description": text, "tags": [text], "parameters": parameters}
    document = openapi({"Evil": schema}, {"/a": {"get": {**said, "responses": {"200": {"description": text}}}}})
    document["info"] = {"title": text, "version": text, "description": text}
    document["servers"] = [{"url": "javascript:alert(1)", "description": text}]
    api = load(document)
    evil = api.converter.structure({text: text}, api.models.type("Evil"))
    for it in (api, *api.operations.values(), evil):
        checked(it._repr_html_())


# --- the file that was sent ---


def test_a_result_remembers_its_file(world: World, tmp_path: Path) -> None:
    """The path that was sent, whatever the working directory is later; bytes are not kept, and no token has it."""
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    ocr = world.client(Service("completed")).ocr
    made = world.run(ocr.process_and_wait(tmp_path / "a.pdf"))
    assert made.file == made.pages[0].file == str(tmp_path / "a.pdf")
    assert str(tmp_path) not in str(made.to_dict()) + str(ocr.job("j-1").token())
    assert pickle.loads(pickle.dumps(made)) == made
    [item] = world.run(ocr.process_batch([("other.pdf", tmp_path / "a.pdf")])).items
    assert item.result.file == str(tmp_path / "a.pdf")
    assert world.run(ocr.process_and_wait(("a.pdf", b"%PDF-1.7"))).file is None
    job = ocr.job(world.run(ocr.process_file(tmp_path / "a.pdf")))
    assert world.run(job.results()).file == str(tmp_path / "a.pdf")


def test_a_document_becomes_a_page(sandbox: Any, tmp_path: Path) -> None:
    """From a file to its page over a real socket: the picture, a box for each piece, and every word."""
    from test_sandbox_reader import pdf

    (tmp_path / "tea.pdf").write_bytes(pdf("# Green tea\nEighty degrees."))
    with LeapOCRSync(sandbox.api_key, base_url=sandbox.url) as client:
        made = client.ocr.process_and_wait(tmp_path / "tea.pdf", ProcessOptions(extract_bounding_boxes=True))
    read = checked(made.save_html(tmp_path / "tea.html").read_text("utf-8"))
    assert [tag for tag, _ in read.tags].count("image") == 1
    assert [tag for tag, _ in read.tags].count("rect") == len(made.pages[0].bounding_boxes or []) >= 1
    assert all(word in read.text for word in ("tea.pdf", "100 % sure", "Green tea", "Eighty degrees."))


def test_the_picture_of_the_file_is_shown(tmp_path: Path) -> None:
    """Where it lies where it lay; where it does not, the page says so, and boxes stand on blank paper."""
    pytest.importorskip("PIL", reason="needs Pillow: pip install leapocr-dyn[pdf]")
    pytest.importorskip("pypdfium2", reason="needs pypdfium2: pip install leapocr-dyn[pdf]")
    made = result(page(2))
    shown = [attrs.evolve(made, file=file)._repr_html_() for file in (str(SAMPLES / "scan.pdf"), "/gone.pdf", None)]
    assert ["data:image/jpeg" in one for one in shown] == [True, False, False]
    assert ["there is no file /gone.pdf" in one for one in shown] == [False, True, False]
    assert ['class="blank"' in one for one in shown] == [False, True, True]


def test_save_html_writes_one_page(tmp_path: Path) -> None:
    """All pages, and a link to each; a file that was given and cannot be read is an error, and nothing is written."""
    made = result(*(page(number) for number in range(1, 9)))
    path = made.save_html(tmp_path / "a.html")
    read = checked(path.read_text("utf-8"))
    assert read.text.count("50 % sure") == 1 + 8
    links = {value for name, value in read.held if name == "href"}
    assert links == {f"#{value}" for name, value in read.held if name == "id"}
    with pytest.raises(FileError, match=r"there is no file gone\.pdf"):
        made.save_html(tmp_path / "b.html", file="gone.pdf")
    assert not (tmp_path / "b.html").exists()
    with pytest.raises(FileError, match="cannot be written: No such file or directory"):
        made.save_html(tmp_path / "no" / "b.html")


def test_any_service_says_what_its_pages_are(tmp_path: Path) -> None:
    """`paper`, `summary` and `html` are words of workflow.yaml, for any document."""
    leaf = {"type": "object", "properties": {"folio": {"type": "integer"}, "said": {"type": "string"}}}
    answer = {
        "200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Book"}}}}
    }
    book = {"type": "object", "properties": {"title": {"type": "string"}, "leaves": {"type": "array", "items": leaf}}}
    views = {
        "Leaf": {
            "of": ["getBook"],
            "at": "leaves",
            "fields": {"said": "said"},
            "paper": {"number": "/folio", "content": "/said"},
        },
        "Book": {
            "of": ["getBook"],
            "fields": {"title": "title", "leaves": {"from": "leaves", "view": "Leaf"}, "file": {"default": None}},
            "methods": {"save_html": {"html": "file"}},
            "summary": ["title", {"leaf": "leaves"}],
        },
    }
    api = load(
        openapi({"Book": book}, {"/b": {"get": {"operationId": "getBook", "responses": answer}}}),
        workflow={"views": views},
    )
    it = api.views.read("Book", "getBook", {"title": "Teas", "leaves": [{"folio": 7, "said": "Assam"}]})
    assert repr(it) == "<Book Teas: 1 leaf; try .save_html()>"
    text = checked(it.save_html(tmp_path / "book.html").read_text("utf-8")).text
    assert "Page 7" in text
    assert "Assam" in text


# --- inside IPython ---


@pytest.fixture
def shell() -> Iterator[Any]:
    """IPython's own shell, which shows HTML as a notebook's does; outputs: what it has shown."""
    base = pytest.importorskip("IPython.core.interactiveshell", reason="needs IPython: pip install leapocr-dyn[repl]")
    made = base.InteractiveShell.instance()
    before, made.display_pub = made.display_pub, sys.modules["IPython.core.displaypub"].CapturingDisplayPublisher()
    yield made
    made.display_pub = before
    base.InteractiveShell.clear_instance()


def test_ipython_shows_html_and_text(shell: Any) -> None:
    """Both come from one look; a terminal asks for no HTML, and none is made for it."""
    made = result(page())
    shown, _ = shell.display_formatter.format(made)
    assert shown["text/plain"] == repr(made)
    assert "Page 1" in shown["text/html"]
    shell.display_formatter.active_types = ["text/plain"]
    assert shell.display_formatter.format(made)[0] == {"text/plain": repr(made)}


def test_a_job_that_is_shown_goes_on_where_it_is_shown(world: World, shell: Any) -> None:
    """One display, which what is news brings up to date; a job that nobody looks at shows nothing."""
    ocr = world.client(Service("processing", "processing", "completed", pages=2)).ocr
    job, other = ocr.job("j-1"), ocr.job("j-1")
    shell.display_formatter.format(job)
    [first] = shell.display_pub.outputs
    assert "nothing heard of it yet" in first["data"]["text/html"]
    world.run(job.wait())
    states = [re.findall("processing|completed", one["data"]["text/plain"])[0] for one in shell.display_pub.outputs[1:]]
    assert states == ["processing", "completed"]
    assert {one["transient"]["display_id"] for one in shell.display_pub.outputs} == {first["transient"]["display_id"]}
    assert [one["update"] for one in shell.display_pub.outputs] == [False, True, True]
    world.run(other.status())
    assert len(shell.display_pub.outputs) == 3


def test_a_job_in_a_terminal_is_its_repr(world: World, shell: Any) -> None:
    """Nothing is drawn there, and nothing is brought up to date."""
    shell.display_formatter.active_types = ["text/plain"]
    job = world.client(Service("completed")).ocr.job("j-1")
    assert shell.display_formatter.format(job)[0] == {"text/plain": repr(job)}
    world.run(job.status())
    assert shell.display_pub.outputs == []


def test_a_job_shows_how_far_it_is(world: World) -> None:
    """A bar where pages are counted, and what went wrong where something did."""
    job = world.client(Service()).ocr.job("j-1")
    job.hear(Heard("processing", 3, 12))
    read = checked(job._repr_html_())
    assert ("progress", ("value", "max", "aria-label")) in read.tags
    assert ("max", "12") in read.held
    assert "3 of 12" in read.text
    job.hear(Heard("failed", 0, 0, "<b>broken</b>"))
    assert "<b>broken</b>" in checked(job._repr_html_()).text
