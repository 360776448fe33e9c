"""Every route answers any request with a documented status, in a form that a page can show."""

import json
import string
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from mlp_live.settings import Settings
from mlp_live.training.config.schema import config_fields
from mlp_live.web import assets
from mlp_live.web.application import create_app
from mlp_live.web.security import HEADERS
from tests.adversarial.logs import no_alarms
from tests.adversarial.messages import odd_values
from tests.adversarial.tables import any_tables
from tests.conftest import Server
from tests.ws_client import TIMEOUT

METHODS = [
    "GET",
    "POST",
    "GET",
    "POST",
    "HEAD",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "PROPFIND",
]
# What a route may answer, besides the refusals that every route has.
REFUSALS = {
    307,  # to the same address with a slash at its end
    400,  # a Host that the server does not have
    403,  # from a page of another origin
    404,  # no such page, file or study
    405,  # another method
}
ROUTES = {
    "/": {200},
    "/health": {200},
    "/metrics": {200},
    "/study": {200},
    "/study/{token}/study.{form}": {200},
    "/runs/{token}/leave": {204},
    "/tables": {201, 413, 422},
    "/tables/preview": {200, 413, 422},
    "/static/{version}/plotly.min.js": {200},
    "/static/{version}": {200, 206, 304, 416},
}
SOCKETS = {"/ws", "/study/ws"}  # tested in test_sockets

segments = st.one_of(
    st.text(min_size=1, max_size=12),
    st.sampled_from(["..", ".", "%", "%2e%2e", "\0", "é", "x" * 300, "csv", "json", "live.js"]),
)
header_values = st.text(string.printable.replace("\n", "").replace("\r", "")[:-3], max_size=30)
headers = st.dictionaries(
    st.sampled_from(
        [
            *("Accept", "Accept-Encoding", "Content-Type", "Cookie", "Range", "If-None-Match"),
            *("If-Modified-Since", "Origin", "Referer", "X-Forwarded-For", "Upgrade"),
        ]
    ),
    st.sampled_from(["", "null", "http://[", "bytes=5-1", "bytes=-1", "gzip;q=x", "*"])
    | header_values.map(str.strip),
    max_size=3,
)
query_values = odd_values.map(json.dumps) | st.text(max_size=20)
queries = st.lists(
    st.tuples(
        st.sampled_from([*config_fields(), "choices", "first_field", "second_values", "repeats"])
        | st.text(max_size=8),
        query_values,
    ),
    max_size=5,
)
bodies = st.binary(max_size=200) | query_values.map(str.encode) | any_tables()


def addresses(path: str) -> SearchStrategy[str]:
    """Addresses that a route may answer: any segments for its parameters."""
    version = assets.version()

    def fill(values: list[str]) -> str:
        filled = path.replace("{version}", version)
        for name, value in zip(("token", "form"), values, strict=False):
            filled = filled.replace("{" + name + "}", quote(value, safe=""))
        rest = "/".join(quote(value, safe="") for value in values[2:])
        return f"{filled}/{rest}" if path == "/static/{version}" else filled

    return st.lists(segments, min_size=2, max_size=5).map(fill)


def template(path: str) -> str:
    """The path of a route, without the version of the static files."""
    return path.replace(assets.version(), "{version}")


def flattened(routes: Iterable[Any]) -> Iterator[BaseRoute]:
    """All routes, also those of the routers that an application includes."""
    for route in routes:
        router = getattr(route, "original_router", None)
        yield from [route] if router is None else flattened(router.routes)


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=TIMEOUT) as client:
        yield client


def test_every_route_has_a_property_test():
    routes = list(flattened(create_app(Settings()).routes))
    assert {template(r.path) for r in routes if isinstance(r, Route | Mount)} == ROUTES.keys()
    assert {r.path for r in routes if isinstance(r, WebSocketRoute)} == SOCKETS


@pytest.mark.parametrize("path", ROUTES)
def test_any_request_is_answered_with_a_documented_status(client, path):
    @settings(max_examples=2 * settings().max_examples)
    @given(addresses(path), st.sampled_from(METHODS), queries, headers, bodies)
    def ask(address, method, query, sent, body):
        url = f"{address}?{urlencode(query, errors='replace')}"
        answer = client.request(method, url, headers=sent, content=body)
        assert answer.status_code in ROUTES[path] | REFUSALS, answer.text
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
        content_type = answer.headers.get("content-type", "")
        if answer.is_error and method != "HEAD" and "json" in content_type:
            assert answer.json()["message"]

    with no_alarms():
        ask()
