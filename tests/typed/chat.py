"""A program of somebody's: many providers behind one API."""

from __future__ import annotations

from typing import assert_type

from leapocr_dyn.iteration import AsyncStream, BlockingStream
from leapocr_dyn.services.zaguan import AsyncZaguanClient, ChatRequest, ChatResponse, Message, ZaguanClient
from leapocr_dyn.services.zaguan.models import ChatChunk, ModelInfo


def hello() -> str | None:
    with ZaguanClient("https://zaguan.example", "a key") as client:
        answer = client.chat(ChatRequest(model="m", messages=[Message(role="user", content="hi")]))
        assert_type(answer, ChatResponse)
        assert_type(client.list_models(), list[ModelInfo])
        stream = client.chat_stream(model="m", messages=[{"role": "user", "content": "hi"}])
        assert_type(stream, BlockingStream[ChatChunk])
        with stream:
            for chunk in stream:
                print(chunk.id)
        print(client.chat_simple("hi"))
        return answer.id


async def the_same(client: AsyncZaguanClient) -> None:
    stream = client.chat_stream(model="m", messages=[{"role": "user", "content": "hi"}])
    assert_type(stream, AsyncStream[ChatChunk])
    assert_type(await client.chat_simple("hi"), ChatResponse)


def mistakes(client: ZaguanClient) -> None:
    client.chat(modl="m")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
