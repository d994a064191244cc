"""`client.batch`: what workflow.yaml cannot say of jobs. A wire may answer that it was done, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leapocr_dyn.bound import Bound, told
from leapocr_dyn.errors import ContractError
from leapocr_dyn.model.value import brief, to_wire

if TYPE_CHECKING:
    from leapocr_dyn.services.artificer.models import BatchJob


async def _job(bound: Batch, name: str, job_id: str) -> Any:  # Any: BatchJob, a class that is made at run time
    """The job, after something was done to it; also where its numbers lie one level deeper."""
    api = bound._session.api
    method = api.methods[f"batch.{name}"]
    answer = await bound._session.ask(method.operation, method.named((job_id,), {}))
    state = to_wire(method.picked(answer.value, answer.wire))
    said = isinstance(state, dict) and isinstance(state.get("status"), str)
    if name != "get" and not said:  # a wire that says only that it was done
        return await _job(bound, "get", job_id)
    if not isinstance(state, dict):
        raise ContractError(f"the server says {brief.repr(state)} of a job", operation=method.operation.name)
    for part in ("progress", "analytics"):
        state = {**state.pop(part), **state} if isinstance(state.get(part), dict) else state
    return api.converter.structure(state, api.models.type("BatchJob"))


def _method(name: str, said: str) -> Any:  # Any: a method that is told once
    async def story(self: Batch, job_id: str) -> BatchJob:
        job: BatchJob = await _job(self, name, job_id)
        return job

    story.__name__, story.__qualname__, story.__doc__ = name, f"Batch.{name}", said
    return told(story)


class Batch(Bound):
    """Jobs of many items in phases."""

    __slots__ = ()
    get = get_status = _method("get", "How far a job has come.")
    start = _method("start", "Start a pending job, and see how far it is. Servers of today answer when it is done.")
    pause = _method("pause", "Stop a running job after the items that are under way, and see how far it is.")
    resume = _method("resume", "Let a paused or failed job go on, and see how far it is.")
    cancel = _method("cancel", "End a job before it is done, and see how far it got.")
