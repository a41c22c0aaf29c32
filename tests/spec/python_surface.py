"""Shows that the Python package as it is installed has every operation with all of its parameters, sync and async.

`python_surface.py MANIFEST`: the manifest is the catalogue in few words (`cargo xtask spec` writes it). It is compared
with the signatures of the methods that a client has. A type checker sees the same ones: they are read from plain
source, without a stub beside it that could say something else.
"""

from __future__ import annotations

import inspect
import json
import keyword
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import clerk_usher
from clerk_usher import OMIT, AsyncClerk, Clerk

POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD
BY_NAME = inspect.Parameter.KEYWORD_ONLY


def python_name(name: str) -> str:
    """A name that is a keyword of the language bears an underscore."""
    return f"{name}_" if keyword.iskeyword(name) else name


def methods(client: Clerk | AsyncClerk) -> dict[str, Callable[..., Any]]:
    """Every public method of every resource of a client, by `resource.operation`."""
    found: dict[str, Callable[..., Any]] = {}
    for resource in dir(client):
        handle = None if resource.startswith("_") else getattr(client, resource)
        if type(handle).__module__.startswith("clerk_usher.generated.resources."):
            own = (name for name in dir(handle) if not name.startswith("_"))
            found.update({f"{resource}.{name}": getattr(handle, name) for name in own})
    return found


def expected(params: list[dict[str, Any]]) -> list[tuple[str, Any, bool]]:
    """The parameters as (name, kind, whether required): by place those of the path and a body that is an array."""
    by_place = [one for one in params if one["in"] in ("path", "array")]
    by_name = [one for one in params if one["in"] not in ("path", "array")]
    return [(python_name(one["name"]), POSITIONAL, one["required"]) for one in by_place] + [
        (python_name(one["name"]), BY_NAME, one["required"]) for one in by_name
    ]


def check(name: str, method: Callable[..., Any], params: list[dict[str, Any]]) -> tuple[int, list[str]]:
    """How many parameters are as they should be, and what is not."""
    signature = inspect.signature(method)
    given = {told.name: told for told in signature.parameters.values()}
    options = given.pop("options", None)
    faults: list[str] = []
    if options is None or options.kind is not BY_NAME or options.default is not None:
        faults.append(f"{name}: no call options")
    right = 0
    for own, kind, required in expected(params):
        told = given.pop(own, None)
        if told is None:
            faults.append(f"{name}: no parameter {own}")
            continue
        # What may be left out is OMIT when it is, and says so in its type; what is required has no default.
        omits = "Omit" in str(told.annotation).replace("|", " ").split()
        default = inspect.Parameter.empty if required else OMIT
        if told.kind is not kind or told.default is not default or omits is required:
            faults.append(f"{name}: {told} is not as it should be")
            continue
        right += 1
    faults += [f"{name}: {own} is not in the catalogue" for own in given]
    return right, faults


def only_plain_source(found: dict[str, Callable[..., Any]]) -> list[str]:
    """Whatever keeps a type checker from seeing what runs."""
    package = Path(str(clerk_usher.__file__)).parent
    faults = [] if (package / "py.typed").is_file() else ["py.typed is not there"]
    faults += [f"{stub.name} stands beside generated code" for stub in (package / "generated").rglob("*.pyi")]
    for name, method in found.items():
        # A decorator (what is deprecated has one) hands on the type it is given: mypy holds it to that.
        source = Path(inspect.getsourcefile(inspect.unwrap(method)) or "")
        if source.suffix != ".py" or package / "generated" not in source.parents:
            faults.append(f"{name}: not plain source")
    return faults


def main(manifest: Path) -> int:
    """Prints what differs, and a last line with the figures."""
    operations = json.loads(manifest.read_text("utf-8"))["operations"]
    total = sum(len(one["params"]) for one in operations)
    faults: list[str] = []
    figures: list[tuple[int, int]] = []
    for way, client in (
        ("sync", Clerk("sk_test_1", environment={})),
        ("async", AsyncClerk("sk_test_1", environment={})),
    ):
        found = methods(client)
        faults += only_plain_source(found)
        whole = right = 0
        for one in operations:
            method = found.pop(one["name"], None)
            if method is None:
                faults.append(f"{one['name']} ({way}): not there")
                continue
            count, wrong = check(f"{one['name']} ({way})", method, one["params"])
            faults += wrong
            right += count
            whole += not wrong
        faults += [f"{name} ({way}): not in the catalogue" for name in found]
        figures.append((whole, right))
    for fault in faults:
        print(f"python: {fault}")
    whole, right = min(figures)
    print(f"python: {whole} of {len(operations)} operations, {right} of {total} parameters (sync and async)")
    return int(bool(faults) or (whole, right) != (len(operations), total))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
