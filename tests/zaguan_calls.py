"""Every call of Zaguan's published Python client, made with it or with ours: the same text for both.

`CALLS` maps a name to a function of a client, the module that has the models, and a folder with sound and pictures.
What the published client (zaguan-sdk 0.2.0) sent for each is in vectors/zaguan.json.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Make = Callable[[Any, Any, Path], Any]  # Any: a client, a module, and what the call gives

FILES = {"speech.mp3": b"ID3 speech", "cat.png": b"\x89PNG cat", "mask.png": b"\x89PNG mask"}


def asked(models: Any, **more: Any) -> Any:
    """A chat request of one message."""
    return models.ChatRequest(model="openai/gpt-4o", messages=[models.Message(role="user", content="Hello")], **more)


def dear(models: Any, **more: Any) -> Any:
    """The same in Anthropic's words."""
    return models.AnthropicMessagesRequest(
        model="anthropic/claude-3-5-sonnet",
        messages=[models.AnthropicMessage(role="user", content="Hello")],
        max_tokens=100,
        **more,
    )


CALLS: dict[str, Make] = {
    "chat": lambda client, models, _: client.chat(asked(models, temperature=0.7, max_tokens=150), "rid-1"),
    "chat, everything": lambda client, models, _: client.chat(
        models.ChatRequest(
            model="m",
            messages=[
                models.Message(role="system", content="Be brief."),
                models.Message(role="user", content=[{"type": "text", "text": "Hi"}], name="ann"),
                models.Message(role="assistant", tool_calls=[{"id": "1", "type": "function"}], name=None),
                models.Message(role="tool", content="42", tool_call_id="1"),
            ],
            temperature=None,
            top_p=0.5,
            tools=[{"type": "function", "function": {"name": "f", "parameters": {"default": None}}}],
            tool_choice="auto",
            response_format={"type": "json_object"},
            provider_specific_params={"a": 1, "b": 2},
            extra_body={"b": 3},
            n=2,
            presence_penalty=0.1,
            frequency_penalty=-0.1,
            logit_bias={"50256": -100.0},
            stop=["END"],
            seed=7,
            user="u",
            metadata={"k": "v"},
            modalities=["text"],
            audio={"voice": "alloy"},
            reasoning_effort="low",
            thinking=True,
            virtual_model_id="v",
            store=False,
            verbosity="low",
            parallel_tool_calls=False,
        )
    ),
    "chat, extra_body alone": lambda client, models, _: client.chat(asked(models, extra_body={"b": 3})),
    "chat_stream": lambda client, models, _: client.chat_stream(asked(models)),
    "chat_simple": lambda client, models, _: client.chat_simple("Hello, world!"),
    "chat_simple, model": lambda client, models, _: client.chat_simple("Hello", "openai/gpt-4o"),
    "chat_with_system": lambda client, models, _: client.chat_with_system("Be brief.", "Hello"),
    "list_models": lambda client, models, _: client.list_models(),
    "get_capabilities": lambda client, models, _: client.get_capabilities("rid-2"),
    "get_credits_balance": lambda client, models, _: client.get_credits_balance(),
    "get_credits_history": lambda client, models, _: client.get_credits_history(),
    "get_credits_history, further": lambda client, models, _: client.get_credits_history(10, "next"),
    "get_credits_stats": lambda client, models, _: client.get_credits_stats("week"),
    "health_check": lambda client, models, _: client.health_check(),
    "create_embeddings": lambda client, models, _: client.create_embeddings(
        models.EmbeddingRequest(model="openai/text-embedding-3-small", input="Hello, world!")
    ),
    "create_embeddings, many": lambda client, models, _: client.create_embeddings(
        models.EmbeddingRequest(model="e", input=["a", "b"], encoding_format="base64", dimensions=3, user="u")
    ),
    "create_transcription": lambda client, models, folder: client.create_transcription(str(folder / "speech.mp3")),
    "create_transcription, everything": lambda client, models, folder: client.create_transcription(
        file_path=str(folder / "speech.mp3"),
        model="whisper-2",
        language="en",
        prompt="Hm",
        response_format="verbose_json",
        temperature=0.5,
    ),
    "create_translation": lambda client, models, folder: client.create_translation(
        str(folder / "speech.mp3"), prompt="Hm", temperature=0.0
    ),
    "create_speech": lambda client, models, folder: client.create_speech(
        models.AudioSpeechRequest(model="tts-1", input="Hello, world!", voice="alloy"), str(folder / "output.mp3")
    ),
    "create_image": lambda client, models, _: client.create_image(models.ImageGenerationRequest(prompt="A cute cat")),
    "create_image, everything": lambda client, models, _: client.create_image(
        models.ImageGenerationRequest(
            prompt="A cute cat",
            model="m",
            n=2,
            size="512x512",
            quality=None,
            response_format="b64_json",
            style=None,
            user="u",
        )
    ),
    "edit_image": lambda client, models, folder: client.edit_image(str(folder / "cat.png"), "Add a hat"),
    "edit_image, mask": lambda client, models, folder: client.edit_image(
        str(folder / "cat.png"), "Add a hat", str(folder / "mask.png"), n=2
    ),
    "create_image_variation": lambda client, models, folder: client.create_image_variation(str(folder / "cat.png")),
    "create_moderation": lambda client, models, _: client.create_moderation(
        models.ModerationRequest(input="I want to hurt someone")
    ),
    "messages": lambda client, models, _: client.messages(
        dear(models, thinking=models.AnthropicThinkingConfig(type="enabled", budget_tokens=5000))
    ),
    "messages, blocks": lambda client, models, _: client.messages(
        models.AnthropicMessagesRequest(
            model="m",
            messages=[
                models.AnthropicMessage(
                    role="user",
                    content=[
                        models.AnthropicContentBlock(type="text", text="Look:"),
                        models.AnthropicContentBlock(type="image", source={"type": "url", "url": "https://a.example"}),
                    ],
                )
            ],
            max_tokens=10,
            system="Be brief.",
            temperature=0.5,
            top_p=0.5,
            top_k=3,
            stop_sequences=["END"],
            metadata={"user_id": "u"},
            tools=[{"name": "f", "input_schema": {}}],
            tool_choice={"type": "auto"},
        ),
        request_id="rid-3",
    ),
    "messages_stream": lambda client, models, _: client.messages_stream(dear(models)),
    "count_tokens": lambda client, models, _: client.count_tokens(
        models.AnthropicCountTokensRequest(
            model="m", messages=[models.AnthropicMessage(role="user", content="Hello, world!")], system="Be brief."
        )
    ),
    "create_messages_batch": lambda client, models, _: client.create_messages_batch(
        [models.AnthropicMessagesBatchItem(custom_id="request-1", params=dear(models))]
    ),
    "get_messages_batch": lambda client, models, _: client.get_messages_batch("batch_123"),
    "list_messages_batches": lambda client, models, _: client.list_messages_batches(),
    "cancel_messages_batch": lambda client, models, _: client.cancel_messages_batch("batch_123"),
    "get_messages_batch_results": lambda client, models, _: client.get_messages_batch_results("batch_123"),
}
