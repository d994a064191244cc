"""Object storage that takes the parts of an upload by presigned links, as S3 does.

A link carries its own right to write: `?expires=<milliseconds>&signature=<HMAC of method, path and expiry>`. So a
request with an API key is refused: a client that sends its key to a storage host has leaked it. Errors are S3's XML.

Parts are files below one temporary folder, <upload>/<part number>, written under another name first: a part that broke
off is no part, and one that is sent again replaces the one before.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response

PREFIX = "/storage/"
DRAIN_LIMIT = 64 * 2**20  # bytes read and thrown away, so that a peer that is still sending can read the refusal
CREDENTIALS = ("x-api-key", "authorization", "cookie")


@dataclass
class Upload:
    """Parts that are awaited. sizes: bytes by part number. etags: quoted MD5 by part number, of what has arrived."""

    sizes: dict[int, int]
    etags: dict[int, str] = field(default_factory=dict)


class Storage:
    """Uploads below a folder. link_seconds: says how long a link that is made now is good."""

    def __init__(self, folder: Path, link_seconds: Callable[[], float]) -> None:
        self._folder = folder
        self._link_seconds = link_seconds
        self._secret = secrets.token_bytes(32)
        self._uploads: dict[str, Upload] = {}
        self._lock = threading.Lock()

    def begin(self, sizes: Iterable[int]) -> tuple[str, float]:
        """A new upload of parts of these sizes (bytes): its id, and when its links expire (seconds since 1970)."""
        upload_id = secrets.token_hex(16)
        with self._lock:
            self._uploads[upload_id] = Upload(dict(enumerate(sizes, start=1)))
        (self._folder / upload_id).mkdir()
        return upload_id, time.time() + self._link_seconds()

    def link(self, upload_id: str, part_number: int, expires: float) -> str:
        """Path and query of the presigned link for one part."""
        path, moment = f"{PREFIX}{upload_id}/{part_number}", str(int(expires * 1000))
        return f"{path}?expires={moment}&signature={self._signature(path, moment)}"

    def _signature(self, path: str, moment: str) -> str:
        return hmac.new(self._secret, f"PUT\n{path}\n{moment}".encode(), hashlib.sha256).hexdigest()

    def etags(self, upload_id: str) -> dict[int, str]:
        """The quoted ETag of every part that has arrived."""
        with self._lock:
            return dict(self._uploads[upload_id].etags)

    def joined(self, upload_id: str, target: Path) -> None:
        """Write all parts, in order, into one file."""
        with target.open("wb") as whole:
            for part_number in sorted(self.etags(upload_id)):
                with (self._folder / upload_id / str(part_number)).open("rb") as part:
                    shutil.copyfileobj(part, whole)

    def forget(self, upload_id: str) -> None:
        """Drop an upload and what it holds; its links then lead nowhere."""
        with self._lock:
            self._uploads.pop(upload_id, None)
        shutil.rmtree(self._folder / upload_id, ignore_errors=True)

    async def __call__(self, request: Request) -> Response:
        """One request to a link."""
        try:
            upload_id, part_number, upload = self._admitted(request)
            etag = await self._received(request, upload_id, part_number, upload.sizes[part_number])
        except StorageError as error:
            await drained(request)
            return error.response()
        with self._lock:
            upload.etags[part_number] = etag
        return Response(status_code=200, headers={"ETag": etag})

    def _admitted(self, request: Request) -> tuple[str, int, Upload]:
        """Which part a request may write. Raises StorageError."""
        if leaked := [name for name in CREDENTIALS if name in request.headers]:
            raise StorageError(
                400, "InvalidArgument", f"A presigned link takes no {leaked[0]} header: credentials leaked"
            )
        if request.method != "PUT":
            raise StorageError(405, "MethodNotAllowed", "A presigned link for a part takes PUT only")
        moment, signature = (request.query_params.get(name, "") for name in ("expires", "signature"))
        if not hmac.compare_digest(
            self._signature(request.url.path, moment).encode(), signature.encode("utf-8", "replace")
        ):
            raise StorageError(403, "SignatureDoesNotMatch", "The signature does not match the request")
        if time.time() * 1000 >= int(moment):  # digits: the signature vouches for it
            raise StorageError(403, "AccessDenied", "Request has expired")
        upload_id, _, number = request.url.path.removeprefix(PREFIX).partition("/")
        with self._lock:
            upload = self._uploads.get(upload_id)
        if upload is None:
            raise StorageError(404, "NoSuchUpload", "The upload does not exist: it was completed or deleted")
        return upload_id, int(number), upload

    async def _received(self, request: Request, upload_id: str, part_number: int, size: int) -> str:
        """Write the body to its place; its ETag. Raises StorageError unless it is exactly as long as the part."""
        stated = request.headers.get("content-length", "")
        if not stated:  # S3 takes no chunked transfer coding
            raise StorageError(411, "MissingContentLength", "You must provide the Content-Length HTTP header")
        if not re.fullmatch(r"[0-9]{1,20}", stated) or int(stated) != size:
            raise StorageError(
                400, "IncompleteBody", f"Part {part_number} is {size} bytes; {stated[:20]} were announced"
            )
        partial = self._folder / upload_id / f"{part_number}.{secrets.token_hex(4)}"
        digest, length = hashlib.md5(usedforsecurity=False), 0  # S3's ETag of a part
        try:
            with partial.open("wb") as file:
                async for chunk in request.stream():
                    length += len(chunk)
                    if length > size:
                        break
                    digest.update(chunk)
                    file.write(chunk)
            if length != size:
                raise StorageError(400, "IncompleteBody", f"Part {part_number} is {size} bytes; another number arrived")
            partial.replace(partial.with_name(str(part_number)))
        except FileNotFoundError:  # deleted while it arrived
            raise StorageError(404, "NoSuchUpload", "The upload does not exist: it was completed or deleted") from None
        finally:
            partial.unlink(missing_ok=True)
        return f'"{digest.hexdigest()}"'


class StorageError(Exception):
    """A request to the storage that is refused, in S3's words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def response(self) -> Response:
        """The error as S3 writes it."""
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Error><Code>{self.code}</Code><Message>{escape(self.message)}</Message></Error>"
        )
        return Response(text, self.status, media_type="application/xml")


async def drained(request: Request) -> None:
    """Read on, up to a limit, so that a peer that is still sending gets to read the answer."""
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > DRAIN_LIMIT:
                return
    except RuntimeError:  # the body was already read, in part or to its end
        return
