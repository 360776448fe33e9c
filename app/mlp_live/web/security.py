"""Which requests the server accepts, and what its pages may load."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mlp_live.settings import Settings

LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]", "::1"]

# Plotly sets inline styles and uses data: images. Everything else that a page loads or connects to
# is this server.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def is_foreign(headers: Headers) -> bool:
    """Whether a browser sent the request from a page of another origin.

    A program that is no browser sends no origin.
    """
    origin = headers.get("origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc != headers.get("host")
    except ValueError:  # not an address
        return True


def allowed_hosts(settings: Settings) -> list[str]:
    """The host names that requests may be addressed to.

    On a loopback address these are the names of the loopback only. A page of another site therefore
    cannot reach the server through a name of its own that points here (DNS rebinding).
    """
    return [*LOOPBACK_NAMES, settings.host] if settings.is_loopback else ["*"]


class SecurityMiddleware:
    """Refuses writes and sockets from other origins; adds security headers to every response."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = TrustedHostMiddleware(app, allowed_hosts(settings), www_redirect=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve an ASGI connection."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket" and is_foreign(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": 1008, "reason": "foreign origin"})
        else:
            await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["method"] not in ("GET", "HEAD") and is_foreign(Headers(scope=scope)):
            refusal = JSONResponse({"message": "Requests from other sites are refused."}, 403)
            await refusal(scope, receive, send_with_headers)
        else:
            await self.app(scope, receive, send_with_headers)
