"""leapocr-dyn doctor: whether an API can be called from here, and what to do where it cannot.

Reads the document and holds the workflow against it; looks at the environment, at versions and at where requests would
go. Only --online and --url ask the network: once without a key, and once, where there is one, with it, by a GET. The
value of no variable is shown but an address.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

import click

from leapocr_dyn.cli.api import api_of, connected
from leapocr_dyn.cli.failure import DONE, FAILED, WRONG
from leapocr_dyn.cli.terminal import show
from leapocr_dyn.config import from_environment
from leapocr_dyn.errors import ConfigurationError
from leapocr_dyn.model.naming import counted, some

if TYPE_CHECKING:
    from leapocr_dyn.api import Api
    from leapocr_dyn.config import ClientConfig

PATIENCE = 10  # seconds that a server has to answer
SKEW = 60  # seconds by which two clocks may differ


@click.command()
@click.option("--online", is_flag=True, help="Ask the server as well: whether it is there, and takes the key.")
@connected
def doctor(
    service: str,
    spec: str | None,
    workflow: str | None,
    url: str | None,
    key: str | None,
    token: str | None,
    online: bool,
) -> int:
    """Say whether an API can be called from here, and what to do where it cannot.

    Nothing is sent without --online or --url. Ends with 2 where a workflow, a document, a setting or the key has to be
    mended, and with 1 where the server does not answer.
    """
    from leapocr_dyn.client import configured
    from leapocr_dyn.explore import door, machine
    from leapocr_dyn.explore.doctor import problems

    api = api_of(service, spec, workflow)
    own = spec is None and door.has_door(service)
    told("document", described(api))
    told("report", reported(api))
    found = problems(api, door.kinds(service) if own else ())
    told("workflow", said(api, len(found)))
    for one in found:
        told("", f"- {one}")
    told("clients", ", ".join(one.__name__ for one in door.clients(service).values()) if own else "Client, AsyncClient")
    environment = api.workflow.environment
    unfit = machine.unusable(environment)
    for variable in dict.fromkeys(environment.values()):
        settings = [setting for setting, name in environment.items() if name == variable]
        is_set = from_environment(environment, settings[0]) is not None
        told("environment", f"{variable} ({', '.join(settings)}) is {'set' if is_set else 'not set'}")
    for text in unfit:
        told("", f"- {text}")
    try:
        config = configured(api, None, {"base_url": url} if url else {})
    except ConfigurationError as error:
        told("requests", f"- {error}")
        told("next", "mend that setting, and ask again")
        return WRONG
    where = destination(api, config)
    told("requests", f"go to {where}" if where else "go nowhere yet: neither the document nor a setting says where")
    for there, names in elsewhere(api, config).items():
        told("", f"{there} for {some(names, 4)}")
    for text in (proxies := machine.proxies(where)):
        told("proxies", text)
    told("versions", machine.versions())
    answers, heard, behind = asked(api, where) if (online or url) and where else (True, "", None)
    if heard:
        told("server", heard)
    if behind is not None:
        told("clock", clock(behind))
    secrets = {name: one for name, one in (("api_key", key), ("token", token)) if one is not None}
    is_refused, heard_of_key = key_of(api, where, secrets) if heard and answers and not unfit else (False, "")
    if heard_of_key:
        told("key", heard_of_key)
    words = " ".join(
        [f"--spec {spec}" if spec else f"--service {service}", *([f"--workflow {workflow}"] if workflow else [])]
    )
    words = words if heard else f"{words} --online"
    known = bool(secrets) or any(os.environ.get(environment[one]) for one in machine.SECRETS if one in environment)
    reached = answers if answers or not any("through" in one for one in proxies) else None
    told("next", unset(unfit, behind) or advice(api, bool(found), where, reached, words, known and not is_refused))
    return WRONG if found or unfit or is_refused else DONE if answers else FAILED


def told(label: str, text: str) -> None:
    """One line of the report."""
    show(f"{label:<12}{text}")


def described(api: Api) -> str:
    """What the document is, and how much is in it."""
    document = api.document
    info = document.get("info") or {}
    version = document.get("openapi") or document.get("swagger")
    size = f"{counted(len(api.operations), 'operation')}, {counted(len(api.models), 'model')}"
    return f"{info.get('title') or api.name} {info.get('version') or ''}, OpenAPI {version}: {size}"


def reported(api: Api) -> str:
    """What was repaired or named differently, counted by the rule."""
    for it in api.operations.values():
        it.signature  # noqa: B018 - some of it shows when a part is looked at
    rules = Counter(one.rule for one in api.report)
    return ", ".join(f"{rule} {number}" for rule, number in rules.most_common()) or "nothing had to be repaired"


def said(api: Api, problems: int) -> str:
    """What the workflow has, by the number, and whether it fits."""
    if not api.workflow.sections:
        return "none; --workflow FILE gives operations names and rules"
    size = f"{counted(len(api.methods), 'method')}, {counted(len(api.views), 'view')}"
    return f"{size}; {counted(problems, 'problem') if problems else 'all that it names is there'}"


def destination(api: Api, config: ClientConfig) -> str:
    """Where requests go, or ""."""
    from leapocr_dyn.operation import server

    where = config.base_url or server.root(api.operations.document.tree, config.server_variables)
    return where if server.is_absolute(where) else ""


def elsewhere(api: Api, config: ClientConfig) -> dict[str, list[str]]:
    """{another address, or why there is none: the operations that are sent there}."""
    from leapocr_dyn.operation import server

    found: dict[str, list[str]] = {}
    for it in api.operations.values():
        if it.server is None:
            continue
        try:
            there = server.address(api.operations.document.tree, it.server, config)
        except ConfigurationError as error:
            there = error.message
        if there != destination(api, config):
            found.setdefault(there, []).append(it.full_name)
    return found


def clock(behind: float) -> str:
    """How far this machine's clock is from the server's. behind: seconds."""
    if abs(behind) <= SKEW:
        return "as the server's"
    return f"- {round(abs(behind))} seconds {'behind' if behind > 0 else 'ahead of'} the server's"


def unset(unfit: list[str], behind: float | None) -> str:
    """What to set right on this machine before anything else, or ""."""
    if unfit:
        return "set that variable again, without quotes and line breaks"
    if behind is not None and abs(behind) > SKEW:
        return "set this machine's clock: tokens, signed links and webhooks are good for minutes"
    return ""


def asked(api: Api, where: str) -> tuple[bool, str, float | None]:
    """Whether the server answers, what it said, and how many seconds its clock is before ours, where it says.

    It is asked the least that the document has, and hears of nobody's key.
    """
    import httpx

    from leapocr_dyn.explore.harmless import there
    from leapocr_dyn.explore.machine import ahead

    found = there(api)
    url = found.plan(where).url if found is not None else where
    try:
        response = httpx.get(url, timeout=PATIENCE)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return False, f"GET {url}: {error}", None
    said = f"GET {url} answered {response.status_code}"
    is_there = response.status_code < 500 and not (found is not None and response.status_code == 404)
    return is_there, said, ahead(response.headers.get("Date"))


def key_of(api: Api, where: str, secrets: dict[str, str]) -> tuple[bool, str]:
    """Whether the server refuses the key, and what it said; "" where there is no key, or nothing to ask for.

    secrets: api_key and token, where they are given; otherwise the environment's.
    """
    from leapocr_dyn import errors
    from leapocr_dyn.call import call
    from leapocr_dyn.explore.harmless import guarded, takes
    from leapocr_dyn.operation.security import Credentials

    with api.client(base_url=where, timeout=PATIENCE, max_retries=0, **secrets) as client:  # type: ignore[arg-type]  # all text
        if client._session.credentials == Credentials():
            return False, ""
        unfit = ""
        for it in guarded(api):
            try:
                status = call(it, True, client).raw(**(it.example() if takes(it) else {})).status_code
            except errors.APIError as error:
                if error.status_code is None:  # it is for something else than this operation
                    unfit = unfit or f"- {error}"
                    continue
                status = error.status_code
            except errors.Error as error:
                return False, f"- {error}"
            said = f"{it.method} {it.path} answered {status}"
            return status == 401, f"- refused: {said}" if status == 401 else f"not refused: {said}"
        return bool(unfit), unfit


def advice(api: Api, is_wrong: bool, where: str, answers: bool | None, words: str, is_known: bool) -> str:
    """What to do next. answers: whether the server does; None where a proxy may be why not. is_known: by its key."""
    from leapocr_dyn.explore.machine import SECRETS

    environment = api.workflow.environment
    address = environment.get("base_url")
    if is_wrong:
        return (
            "mend the workflow, whose words are those of spec/workflow.schema.json, or take the document that it is for"
        )
    if not where:
        return f"say where the API is: --url here, base_url=... in a program{f', or set {address}' if address else ''}"
    if answers is None:
        return "is that proxy up, and meant for this address? NO_PROXY names those that go without"
    if not answers:
        return f"is the address right, and the server up? --url{f' or {address}' if address else ''} says another"
    known = [environment[one] for one in SECRETS if one in environment]
    if not is_known and any(it.is_guarded for it in api.operations.values()):
        setting = f"set {some(list(dict.fromkeys(known)))}, or " if known else ""
        return f"get a key: {setting}pass api_key=... or token=... (here: --key or --token)"
    return f"leapocr-dyn doctor {words} asks the server" if "--online" in words else f"leapocr-dyn ops {words}"
