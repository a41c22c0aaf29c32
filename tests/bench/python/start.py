"""What starting costs: a process that imports a package, makes its first client, and ends."""

import json
import os
import sys
import time
from typing import Any

with open(os.environ["BENCH_FIXTURE_KEYS"], encoding="utf-8") as file:
    secret_key: str = json.load(file)["secret_key"]


def start(what: str) -> Any:
    if what == "ours":
        from clerk_usher import Clerk

        return Clerk(secret_key)
    if what == "todays":
        import importlib

        return importlib.import_module("clerk_backend_api").Clerk(bearer_auth=secret_key)
    return None


def memory() -> int:
    """What this process has in memory, in bytes: now, or where that is not told, at most."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


cpu, wall = time.process_time(), time.perf_counter()
client = start(sys.argv[1])
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
print(json.dumps({"wall": wall * 1e6, "cpu": cpu * 1e6, "memory": memory(), "made": type(client).__name__}))
