"""A server that is not trusted to be there, to be quick, or to answer what was asked."""

import asyncio
from typing import Any, Self, TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from adapters.remote_3090.wire import Completion, ServedModels

_CONNECT_SECONDS = 3.0
_LONGEST_REPLY = 4 * 2**20
_EXCERPT = 200

Reply = TypeVar("Reply", bound=BaseModel)


class ServerError(Exception):
    """The server gave no usable reply; the message says why."""


class Server:
    """Every call ends within the deadline, however slowly bytes drip.

    A server that was not there is not asked again: each time would cost another wait.
    """

    def __init__(self, host: str, port: int, deadline: float) -> None:
        self._place = f"{host}:{port}"
        self._deadline = deadline
        self._absence = ""
        self._client = httpx2.AsyncClient(
            base_url=httpx2.URL(scheme="http", host=host, port=port),
            headers={"Accept-Encoding": "identity"},
            timeout=httpx2.Timeout(None, connect=_CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def models(self) -> tuple[str, ...]:
        """List what the server serves."""
        served = await self._ask(ServedModels, "GET", "/v1/models")
        return tuple(model.id for model in served.data)

    async def complete(self, wish: dict[str, Any]) -> Completion:
        """Let the server go on from a text."""
        return await self._ask(Completion, "POST", "/v1/completions", json=wish)

    async def _ask(self, kind: type[Reply], method: str, path: str, **content: Any) -> Reply:
        if self._absence:
            raise ServerError(self._absence)
        try:
            async with asyncio.timeout(self._deadline):
                body = await self._fetch(method, path, **content)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            self._absence = f"no server answers at {self._place}: {error}"
            raise ServerError(self._absence) from error
        except TimeoutError as error:
            raise ServerError(f"no whole reply within {self._deadline:g} s") from error
        except httpx2.HTTPError as error:
            raise ServerError(f"the connection broke: {error}") from error
        try:
            return kind.model_validate_json(body)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "the whole"
            raise ServerError(f"the reply has another shape: {place}: {first['msg']}") from error

    async def _fetch(self, method: str, path: str, **content: Any) -> bytes:
        async with self._client.stream(method, path, **content) as response:
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > _LONGEST_REPLY:
                    raise ServerError(f"the reply is longer than {_LONGEST_REPLY} bytes")
        if response.status_code != httpx2.codes.OK:
            excerpt = body[:_EXCERPT].decode(errors="replace").strip()
            raise ServerError(f"the server answered {response.status_code}: {excerpt}")
        kind = response.headers.get("content-type", "nothing")
        if not kind.startswith("application/json"):
            raise ServerError(f"the reply is {kind}, not JSON")
        return bytes(body)
