"""A Bot API server on loopback: what api.telegram.org does for a bot, as far as ours goes, and faults on demand.

Keeps the real one's order of checks and error texts: token, method, chat, rights, text, entities, reply, buttons.
Runs in a thread of its own, so that bots in this or another process can talk to it. What people do is in
`tests.bot.telegram.people`.
"""

import asyncio
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from tests.bot.telegram.methods import METHODS, ApiError

TOKEN = "123456:TEST-TOKEN"  # noqa: S105 – of our own server
BOT = {"id": 123456, "is_bot": True, "first_name": "Sanad", "username": "sanad_test_bot"}


@dataclass
class Fault:
    """What goes wrong with the next `times` calls of a method (in a chat, if given).

    kind: flood, error (500), html (502), drop_before or drop_after (the connection, before or after the call took
    effect), slow.
    """

    kind: str
    method: str = "sendMessage"
    chat_id: int | None = None
    times: int = 1
    seconds: float = 1.0


@dataclass
class Called:
    """A call that reached the server."""

    method: str
    params: dict[str, Any]
    at: float
    error: str = ""


@dataclass
class State:
    """All that the server knows."""

    updates: list[dict[str, Any]] = field(default_factory=list)
    chats: dict[int, dict[str, Any]] = field(default_factory=dict)
    messages: dict[int, dict[int, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    blocked: set[int] = field(default_factory=set)
    migrated: dict[int, int] = field(default_factory=dict)
    topics: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    files: dict[str, bytes] = field(default_factory=dict)
    drafts: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    actions: list[int] = field(default_factory=list)
    callbacks: dict[str, str | None] = field(default_factory=dict)
    inline: dict[str, dict[str, Any]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    webhook: dict[str, Any] = field(default_factory=dict)
    last_id: int = 1000
    last_update: int = 900_000_000

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id


class BotApi:
    """The server. `url` and `file_url` go into the settings, `faults` happen, `calls` tells what reached it."""

    def __init__(self) -> None:
        self.state = State()
        self.calls: list[Called] = []
        self.faults: list[Fault] = []
        self.webhook_route: Callable[[str], str] = lambda url: url
        """Where a webhook's address leads: the part of a proxy in front of the bot."""
        self.unauthorized = False
        self._poll: asyncio.Future[None] | None = None
        self._news: asyncio.Event
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> "BotApi":
        self._thread.start()
        self._started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)

    @property
    def url(self) -> str:
        """Goes into telegram.base_url."""
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def file_url(self) -> str:
        """Goes into telegram.base_file_url."""
        return f"http://127.0.0.1:{self.port}/file/bot"

    def update(self, kind: str, body: dict[str, Any]) -> int:
        """Let something happen that the bot is told of; returns the update's id."""
        done: list[int] = []
        ready = threading.Event()

        def add() -> None:
            self.state.last_update += 1
            update_id = self.state.last_update
            self.state.updates.append({"update_id": update_id, kind: body})
            self._news.set()
            done.append(update_id)
            ready.set()

        self._loop.call_soon_threadsafe(add)
        ready.wait(5)
        return done[0]

    def sent(self, chat_id: int) -> list[dict[str, Any]]:
        """The bot's messages in a chat as they stand, oldest first."""
        return [m for m in list(self.state.messages[chat_id].values()) if m["from"]["id"] == BOT["id"]]

    def count(self, method: str) -> int:
        """How often a method was called."""
        return sum(call.method == method for call in self.calls)

    def texts(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """Every text with entities that the bot sent, drafts and inline results included."""
        found = [(c.params["text"], c.params.get("entities", [])) for c in self.calls if c.params.get("text")]
        for call in self.calls:
            for result in call.params.get("results", ()) if call.method == "answerInlineQuery" else ():
                content = result["input_message_content"]
                found.append((content["message_text"], content.get("entities", [])))
        return found

    @staticmethod
    def wait(condition: Callable[[], object], seconds: float = 10.0, *, what: str = "") -> Any:
        """Wait until the condition holds; returns its value."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if value := condition():
                return value
            time.sleep(0.01)
        raise AssertionError(f"not within {seconds} s: {what or condition}")

    async def _serve(self) -> None:
        self._loop, self._stopped, self._news = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        routes = [(r"/bot([^/]*)/(\w+)", _Api, {"api": self}), (r"/file/bot([^/]*)/(.*)", _File, {"api": self})]
        server = HTTPServer(Application(routes, log_function=lambda _: None))
        sockets = bind_sockets(0, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        server.add_sockets(sockets)
        pushing = asyncio.create_task(self._push())
        self._started.set()
        await self._stopped.wait()
        pushing.cancel()
        server.stop()
        await server.close_all_connections()

    async def get_updates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        """Long polling: an offset confirms what is before it, the rest is delivered again and again."""
        if self.state.webhook.get("url"):
            text = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise ApiError(409, f"Conflict: {text}")
        if self._poll and not self._poll.done():
            text = "terminated by other getUpdates request; make sure that only one bot instance is running"
            self._poll.set_exception(ApiError(409, f"Conflict: {text}"))
        mine = self._poll = self._loop.create_future()
        offset, deadline = int(params.get("offset", 0)), self._loop.time() + float(params.get("timeout", 0))
        self.state.updates[:] = [one for one in self.state.updates if one["update_id"] >= offset]
        allowed = params.get("allowed_updates") or []
        try:
            while not self.state.updates and self._loop.time() < deadline:
                self._news.clear()
                news = asyncio.ensure_future(self._news.wait())
                await asyncio.wait([news, mine], timeout=deadline - self._loop.time(), return_when="FIRST_COMPLETED")
                news.cancel()
                if mine.done():
                    mine.result()
        finally:
            if not mine.done():
                mine.cancel()
        due = [one for one in self.state.updates if not allowed or set(one) & set(allowed)]
        return due[: int(params.get("limit", 100))]

    async def _push(self) -> None:
        """Webhook: each update until it is answered with a 2xx."""
        import ssl

        import httpx

        while True:
            await asyncio.sleep(0.02)
            hook = self.state.webhook
            if not hook.get("url") or not self.state.updates:
                continue
            verify: Any = True
            if hook.get("certificate"):
                verify = ssl.create_default_context(cadata=hook["certificate"])
            headers = {"X-Telegram-Bot-Api-Secret-Token": hook.get("secret_token", "")}
            async with httpx.AsyncClient(verify=verify) as client:
                try:
                    target = self.webhook_route(hook["url"])
                    answer = await client.post(target, json=self.state.updates[0], headers=headers)
                except httpx.HTTPError:
                    await asyncio.sleep(0.1)
                    continue
            if answer.is_success:
                self.state.updates.pop(0)


class _Api(RequestHandler):
    def initialize(self, api: BotApi) -> None:
        self._api = api

    async def get(self, token: str, method: str) -> None:
        await self.post(token, method)

    async def post(self, token: str, method: str) -> None:
        params = self._params()
        called = Called(method, params, time.monotonic())
        self._api.calls.append(called)
        fault = self._fault(method, params)
        if fault and await self._broken(fault, before=True):
            return
        try:
            result = await self._result(token, method, params)
        except ApiError as error:
            called.error = error.description
            self._answer(error.code, {"ok": False, "error_code": error.code, **error.body})
            return
        if fault and await self._broken(fault, before=False):
            return
        self._answer(200, {"ok": True, "result": result})

    async def _result(self, token: str, method: str, params: dict[str, Any]) -> Any:
        if token != TOKEN:
            raise ApiError(401, "Unauthorized") if ":" in token else ApiError(404, "Not Found")
        if self._api.unauthorized:
            raise ApiError(401, "Unauthorized")
        if method == "getMe":
            return {
                **BOT,
                "can_join_groups": True,
                "can_read_all_group_messages": False,
                "supports_inline_queries": True,
            }
        if method == "getUpdates":
            return await self._api.get_updates(params)
        if method not in METHODS:
            raise ApiError(404, "Not Found")
        return METHODS[method](self._api.state, params, BOT)

    def _params(self) -> dict[str, Any]:
        params: dict[str, Any] = {}
        for name in self.request.arguments:
            value = self.get_argument(name)
            try:
                params[name] = (
                    json.loads(value) if name not in ("text", "callback_query_id", "url", "description") else value
                )
            except ValueError:
                params[name] = value
        for name, uploads in self.request.files.items():
            params[name] = uploads[0].body.decode()
        return params

    def _fault(self, method: str, params: dict[str, Any]) -> Fault | None:
        for fault in self._api.faults:
            if fault.method == method and fault.times > 0 and fault.chat_id in (None, params.get("chat_id")):
                fault.times -= 1
                return fault
        return None

    async def _broken(self, fault: Fault, *, before: bool) -> bool:
        """Whether the fault took the place of the answer."""
        if fault.kind == "slow" and before:
            await asyncio.sleep(fault.seconds)
        elif fault.kind == "flood" and before:
            after = int(fault.seconds)
            text = f"Too Many Requests: retry after {after}"
            body = {"ok": False, "error_code": 429, "description": text, "parameters": {"retry_after": after}}
            self._answer(429, body)
            return True
        elif fault.kind == "error" and before:
            self._answer(500, {"ok": False, "error_code": 500, "description": "Internal Server Error"})
            return True
        elif fault.kind == "html" and before:
            self.set_status(502)
            self.write("<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>")
            return True
        elif fault.kind == ("drop_before" if before else "drop_after"):
            self.request.connection.stream.close()  # type: ignore[union-attr]
            return True
        return False

    def _answer(self, code: int, body: dict[str, Any]) -> None:
        self.set_status(code)
        self.set_header("Content-Type", "application/json")
        self.write(json.dumps(body))


class _File(RequestHandler):
    def initialize(self, api: BotApi) -> None:
        self._api = api

    def get(self, token: str, path: str) -> None:
        if token != TOKEN or path not in self._api.state.files:
            self.set_status(404)
            self.write('{"ok": false, "error_code": 404, "description": "Not Found"}')
            return
        self.write(self._api.state.files[path])
