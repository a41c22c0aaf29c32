"""Requests as frameworks have them, as the method, URL and headers that the core looks at.

Told by their shape, so that no framework has to be there. A body is never touched, and no rule about headers is here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from .error import ArgumentError
from .kinds import is_mapping, is_sequence

Pairs = list[tuple[str, str]]

_WHAT = (
    "`request` must be a request of Django, Flask, Starlette, FastAPI or aiohttp, a WSGI environ, an ASGI scope, or "
    "the headers as a mapping or as pairs"
)


def read_request(request: object) -> str:
    """The parts of a request, as JSON for the core.

    Raises:
        ArgumentError: it is nothing that is known here.
    """
    method, url, headers = _parts(request)
    parts = {"method": method, "url": url, "headers": headers}
    return json.dumps(parts, ensure_ascii=False).encode("utf-8", "replace").decode()


def _parts(request: Any) -> tuple[str, str, Pairs]:
    if is_mapping(request):
        if "REQUEST_METHOD" in request:
            return _wsgi(request)
        if request.get("type") in ("http", "websocket") and "path" in request:
            return _asgi(request)
        if (is_mapping(request.get("headers")) or is_sequence(request.get("headers"))) and isinstance(
            request.get("url"), str
        ):
            return str(request.get("method") or "GET"), request["url"], _pairs(request["headers"])
        return _bare(_pairs(request))
    if is_sequence(request):
        return _bare(_pairs(request))
    for name in ("environ", "META", "scope"):
        # Flask and Werkzeug; Django, whose META is an environ under ASGI too; Starlette and FastAPI.
        inner = getattr(request, name, None)
        if is_mapping(inner) and ("REQUEST_METHOD" in inner or "path" in inner):
            return _asgi(inner) if name == "scope" else _wsgi(inner, request if name == "META" else None)
    method, url, headers = (getattr(request, name, None) for name in ("method", "url", "headers"))
    if isinstance(method, str) and url is not None and headers is not None:
        return method, str(url), _pairs(headers)
    raise ArgumentError(_WHAT, argument="request")


def _bare(headers: Pairs) -> tuple[str, str, Pairs]:
    """Headers alone: of a GET, wherever their `host` says."""
    return "GET", "/", headers


def _wsgi(environ: Mapping[str, Any], django: Any = None) -> tuple[str, str, Pairs]:
    headers: Pairs = []
    for name, value in environ.items():
        if not isinstance(value, str):
            continue
        if name.startswith("HTTP_"):
            headers.append((name[5:].replace("_", "-").lower(), value))
        elif name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            headers.append((name.replace("_", "-").lower(), value))
    scheme = getattr(django, "scheme", None) or environ.get("wsgi.url_scheme") or "http"
    host = environ.get("HTTP_HOST") or _server(environ.get("SERVER_NAME"), environ.get("SERVER_PORT"), scheme)
    # A WSGI path is its bytes read as Latin-1 (PEP 3333).
    path = (environ.get("SCRIPT_NAME") or "") + (environ.get("PATH_INFO") or "")
    target = quote(path.encode("latin-1", "replace"), safe=_SAFE)
    return str(environ["REQUEST_METHOD"]), _url(scheme, host, target, environ.get("QUERY_STRING") or ""), headers


def _asgi(scope: Mapping[str, Any]) -> tuple[str, str, Pairs]:
    headers = _pairs(scope.get("headers") or [])
    schemes = {"ws": "http", "wss": "https"}
    scheme = schemes.get(scope.get("scheme") or "http", scope.get("scheme") or "http")
    host = next((value for name, value in headers if name.lower() == "host"), "")
    if not host:
        server = scope.get("server") or ("localhost", None)
        host = _server(server[0], server[1], scheme)
    raw = scope.get("raw_path")
    target = raw.decode("latin-1") if isinstance(raw, bytes) else quote(str(scope["path"]), safe=_SAFE)
    query = scope.get("query_string") or b""
    query = query.decode("latin-1") if isinstance(query, bytes) else str(query)
    return str(scope.get("method") or "GET"), _url(scheme, host, target, query), headers


_SAFE = "/!$&'()*+,;=:@~-._%"


def _url(scheme: str, host: str, target: str, query: str) -> str:
    path = target if target.startswith("/") else f"/{target}"
    return f"{scheme}://{host}{path}" + (f"?{query}" if query else "")


def _server(name: object, port: object, scheme: str) -> str:
    usual = {"http": "80", "https": "443"}.get(scheme)
    return f"{name or 'localhost'}" if port is None or str(port) == usual else f"{name or 'localhost'}:{port}"


def _pairs(headers: Any) -> Pairs:
    """Header fields in order. One with several values is several fields."""
    items: Any = headers
    for name in ("multi_items", "items"):
        # `multi_items` is Starlette's; the `items` of its plain mapping would lose repeated fields.
        method = getattr(headers, name, None)
        if callable(method):
            items = method()
            break
    pairs: Pairs = []
    try:
        for name, value in items:
            values = value if is_sequence(value) else (value,)
            pairs.extend((_text(name), _text(one)) for one in values if one is not None)
    except (TypeError, ValueError):
        raise ArgumentError(_WHAT, argument="request") from None
    return pairs


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("latin-1")
    raise TypeError("a header is text")
