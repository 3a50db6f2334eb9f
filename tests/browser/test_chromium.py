"""The tests' browser supports what the pages need."""

import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pytest
import simple_websocket
from playwright.sync_api import Browser
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<p id="heard"></p><span id="known" style="font: 40px sans-serif">李雷</span>
<script>
  const socket = new WebSocket(`ws://${location.host}/socket`);
  socket.onopen = () => socket.send("Carla");
  socket.onmessage = (message) => { document.getElementById("heard").textContent = message.data; };
</script></html>"""


def greeter(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    request = Request(environ)
    if request.path == "/socket":
        socket = simple_websocket.Server.accept(environ)
        socket.send(f"Hello {socket.receive()}")
        socket.close()
        return []
    return Response(PAGE, mimetype="text/html")(environ, start_response)


@pytest.fixture
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, greeter, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/"
    server.shutdown()
    thread.join(PATIENCE)
    server.server_close()


def test_a_page_on_loopback_speaks_through_a_websocket(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    page.get_by_text("Hello Carla").wait_for()
    page.close()


def test_chinese_is_drawn_and_not_replaced_by_boxes(browser: Browser, address: str) -> None:
    """A missing glyph looks the same for every character: 李 and 雷 must not."""
    page = browser.new_page()
    page.goto(address)
    name = page.locator("#known")
    pictures = []
    for letter in ("李", "雷"):
        name.evaluate("(element, letter) => { element.textContent = letter; }", letter)
        pictures.append(name.screenshot())
    assert pictures[0] != pictures[1]
    page.close()
