"""Requests as frameworks have them, as the method, address and headers that the core looks at.

Told by their shape, so that no framework has to be there. A body is never touched, and no rule about headers is here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .error import ArgumentError
from .kinds import is_mapping, is_sequence
from .lazy import loading

Pairs = list[tuple[str, str]]
Parts = dict[str, Any]

_WHAT = (
    "`request` must be a request of Django, Flask, Starlette, FastAPI or aiohttp, a WSGI environ, an ASGI scope, "
    "the headers as a mapping or as pairs, or a mapping with method, url and headers"
)


def read_request(request: object) -> str:
    """The parts of a request, as JSON for the core.

    Raises:
        ArgumentError: it is nothing that is known here.
    """
    return json.dumps(_parts(request), ensure_ascii=False).encode("utf-8", "replace").decode()


def plain_request(request: object) -> tuple[str, str, str, bool, Pairs]:
    """A request in the form that the native module reads: method, scheme, address, whether the address is what a client
    sent, headers.

    Raises:
        ArgumentError: it is nothing that is known here.
    """
    parts = _parts(request)
    received = "target" in parts
    texts = [_unicode(parts[name]) for name in ("method", "scheme", "target" if received else "url")]
    return (
        texts[0],
        texts[1],
        texts[2],
        received,
        [(_unicode(name), _unicode(value)) for name, value in parts["headers"]],
    )


def read_headers(request: object) -> Pairs:
    """The headers of a request, or those that it is.

    Raises:
        ArgumentError: it is nothing that is known here.
    """
    return plain_request(request)[4]


def _unicode(text: str) -> str:
    """Without lone surrogates, which have no UTF-8 form."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _parts(request: Any) -> Parts:
    if is_mapping(request):
        # The names in a mapping of headers are a client's: what is told by names has to be told by kinds of values too.
        if request.get("wsgi.version") == (1, 0):
            return _wsgi(request)
        fields = request.get("headers")
        if request.get("type") in ("http", "websocket") and "path" in request and _is_pairs(fields):
            return _asgi(request)
        if is_mapping(fields) or _is_pairs(fields):
            if isinstance(request.get("url"), str):
                return _parts_of(request.get("method"), _pairs(fields), url=request["url"])
            if request.get("url") is None:
                return _parts_of(request.get("method"), _pairs(fields), target="/")
        return _bare(_pairs(request))
    if is_sequence(request):
        return _bare(_pairs(request))
    for name in ("environ", "META", "scope"):
        # Flask and Werkzeug; Django, whose META is an environ under ASGI too; Starlette and FastAPI.
        inner = getattr(request, name, None)
        if is_mapping(inner) and ("REQUEST_METHOD" in inner or "path" in inner):
            return _asgi(inner) if name == "scope" else _wsgi(inner, request if name == "META" else None)
    method, headers = getattr(request, "method", None), getattr(request, "headers", None)
    if method is None and isinstance(getattr(request, "command", None), str) and headers is not None:
        # A handler of http.server.
        return _parts_of(request.command, _pairs(headers), target=str(request.path))
    if isinstance(method, str) and headers is not None:
        # aiohttp's: it cannot make its `url` for whatever a client sends.
        target = getattr(request, "raw_path", None)
        if not isinstance(target, str):
            target = getattr(request, "url", None)
        if target is not None:
            scheme = getattr(request, "scheme", None)
            return _parts_of(method, _pairs(headers), target=str(target), scheme=scheme)
    if callable(getattr(request, "get_all", None)):
        return _bare(_pairs(request))  # the headers of http.server, an email message
    raise ArgumentError(_WHAT, argument="request")


def _parts_of(method: object, headers: Pairs, *, scheme: object = None, **address: str) -> Parts:
    """With the address as a client sent it (`target`), or as the program says it (`url`)."""
    return {"method": str(method or "GET"), "scheme": str(scheme or ""), "headers": headers, **address}


def _bare(headers: Pairs) -> Parts:
    """Headers alone: of a GET, wherever their `host` says."""
    return _parts_of("GET", headers, target="/")


def _wsgi(environ: Mapping[str, Any], django: Any = None) -> Parts:
    headers: Pairs = []
    for name, value in environ.items():
        if not isinstance(value, str):
            continue
        if name.startswith("HTTP_"):
            headers.append((name[5:].replace("_", "-").lower(), value))
        elif name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            headers.append((name.replace("_", "-").lower(), value))
    scheme = getattr(django, "scheme", None) or environ.get("wsgi.url_scheme")
    # A WSGI path is its bytes read as Latin-1 (PEP 3333).
    path = (environ.get("SCRIPT_NAME") or "") + (environ.get("PATH_INFO") or "")
    target = _target(_quoted(path.encode("latin-1", "replace")), environ.get("QUERY_STRING") or "")
    return _parts_of(environ.get("REQUEST_METHOD"), headers, scheme=scheme, target=target)


def _asgi(scope: Mapping[str, Any]) -> Parts:
    schemes = {"ws": "http", "wss": "https"}
    scheme = scope.get("scheme")
    raw = scope.get("raw_path")
    path = raw.decode("latin-1") if isinstance(raw, bytes) else _quoted(str(scope["path"]))
    query = scope.get("query_string") or b""
    target = _target(path, query.decode("latin-1") if isinstance(query, bytes) else str(query))
    headers = _pairs(scope.get("headers") or [])
    return _parts_of(scope.get("method"), headers, scheme=schemes.get(scheme or "", scheme), target=target)


_SAFE = "/!$&'()*+,;=:@~-._%"


def _quoted(path: str | bytes) -> str:
    with loading:  # not cheap to import, and only WSGI and a few of ASGI need it
        from urllib.parse import quote
    return quote(path, safe=_SAFE)


def _target(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _is_pairs(headers: object) -> bool:
    return is_sequence(headers) and all(is_sequence(pair) for pair in headers)


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
