"""Pages, uploads, static files and security, over real HTTP."""

import gzip
import re
import socket
from html import unescape

import httpx
import pytest
from starlette.responses import StreamingResponse
from websockets.exceptions import InvalidStatus

from mlp_live.training.config.schema import config_fields
from tests.live.scheduler_scene import run
from tests.ws_client import TIMEOUT, Client

TABLE = "a,b,label\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n"


@pytest.fixture
def client(server):
    with httpx.Client(base_url=server.url, timeout=TIMEOUT) as client:
        yield client


def test_health(client):
    answer = client.get("/health").json()
    assert answer["status"] == "ok"
    assert re.fullmatch(r"\d+\.\d+\.\d+", answer["version"])


def test_small_answers_do_not_wait_for_the_line(server):
    with socket.create_server(("127.0.0.1", 0)) as plain:
        assert plain.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0
    for listener in server.uvicorn_server.servers[0].sockets:
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_every_field_of_the_configuration_is_in_the_form(client):
    page = unescape(client.get("/").text)
    for field in config_fields().values():
        assert f'name="{field.name}"' in page
        assert field.title in page
        assert field.help.split(".")[0] in page


def test_the_page_tells_what_the_gradient_check_compares(client):
    page = " ".join(unescape(client.get("/").text).split())
    compared = "the gradient by backpropagation with central differences, and the compiled engine"
    assert f"“mlp-live gradcheck” compares {compared} with the readable network." in page


def test_an_address_fills_the_form(client):
    page = client.get("/?batch_size=50&learning_rate=0.5&utm_source=x").text
    assert re.search(r'name="batch_size"[^>]*value="50"', page)
    assert re.search(r'name="learning_rate"[^>]*value="0.5"', page)


def test_a_wrong_value_in_the_address_is_kept_and_explained(client):
    page = client.get("/", params={"hidden": "<script>alert(1)</script>"}).text
    assert "Hidden layers must be up to 8 sizes from 1 to 128, such as 8,8,4" in page
    assert "<script>alert" not in page
    page = client.get("/", params={"loss": "hinge", "dataset": "<b>donut"}).text
    assert "<option selected>hinge</option>" in page
    assert "Dataset must be one of circles" in page
    assert 'value="&lt;b&gt;donut" aria-label="&lt;b&gt;donut" checked' in page
    assert "<b>donut" not in page


@pytest.mark.parametrize("path", ["/", "/health", "/nothing"])
def test_every_answer_carries_the_security_headers(client, path):
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["default-src"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"


def test_static_files_are_compressed_and_cached_for_ever(client):
    page = client.get("/")
    assert page.headers["cache-control"] == "no-cache"
    addresses = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert len(addresses) >= 5
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers.get("content-encoding") == "gzip" or len(answer.content) < 500
    plotly = next(address for address in addresses if "plotly" in address)
    assert "plotly.js v4" in client.get(plotly).text[:200]


def test_a_page_asks_nobody_else(client):
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', client.get("/").text)


def test_sockets_and_writes_from_other_sites_are_refused(server, client):
    foreign = "http://evil.example"
    for origin in (foreign, "null", "http://["):
        refused = client.post("/tables", content=TABLE, headers={"Origin": origin})
        assert refused.status_code == 403
    with (
        pytest.raises(InvalidStatus) as refused,
        Client(f"ws://{server.netloc}/ws", origin=foreign),
    ):
        pass
    assert refused.value.response.status_code == 403
    with Client(f"ws://{server.netloc}/ws", origin=server.url) as own:
        own.send("pause")
        assert own.report()["code"] == "no_run"


def test_a_server_on_loopback_answers_to_no_other_name(client):
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    for name in ("localhost:8000", "127.0.0.1", "[::1]:8000"):
        assert client.get("/", headers={"Host": name}).status_code == 200


def test_documentation_pages_that_load_foreign_scripts_are_off(client):
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert client.get(path).status_code == 404


def test_plotly_is_the_installed_packages_own(client):
    from mlp_live.web.assets import PLOTLY, plotly_gzipped

    assert gzip.decompress(plotly_gzipped()) == PLOTLY.read_bytes()


def test_plotly_is_sent_in_pieces_with_its_length(client):
    from mlp_live.web.assets import plotly_gzipped, plotly_script, version

    address = f"/static/{version()}/plotly.min.js"
    with client.stream("GET", address) as answer:
        assert b"".join(answer.iter_raw()) == plotly_gzipped()
    assert answer.headers["content-length"] == str(len(plotly_gzipped()))
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/javascript")

    script = plotly_script()
    assert isinstance(script, StreamingResponse)

    async def sizes():
        return [len(piece) async for piece in script.body_iterator]

    assert max(run(sizes())) <= 65536


@pytest.mark.parametrize("path", ["/", "/study"])
def test_a_page_is_the_same_whether_it_is_kept_or_rendered_and_compressed_or_not(client, path):
    plain = {"Accept-Encoding": "identity"}
    first = client.get(path)
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in client.get(path, headers=plain).headers
    texts = {client.get(path).text, client.get(path, headers=plain).text, first.text}
    texts.add(client.get(f"{path}?unknown=1").text)
    assert len(texts) == 1
    assert client.head(path).status_code == 200


@pytest.mark.parametrize("path", ["/", "/study"])
def test_the_address_of_a_page_is_limited(client, path):
    answer = client.get(f"{path}?hidden={'8,' * 5_000}")
    assert (answer.status_code, answer.headers["content-type"][:10]) == (414, "text/plain")
    answer = client.get(f"{path}?{'&'.join(f'x{i}=1' for i in range(101))}")
    assert answer.status_code == 400
    assert "too many parameters" in answer.text
    everything = "&".join(f"{name}=1" for name in config_fields())
    assert client.get(f"{path}?{everything}").status_code == 200
