"""The Python example beside an emulator, both on one clock that the test moves.

Prints one line of JSON when it serves. Each line on standard input is a control command of the emulator with its
arguments, as a JSON array; `advance` moves both clocks. Each is answered by a line of JSON.
"""

import json
import sys
import threading
import time
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, demo_app, make_server

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))

from clerk_usher import Clerk
from clerk_usher.testing import Emulator, ManualClock
from web_app import Server, application


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def main() -> None:
    now = int(time.time() * 1000)
    emulator = Emulator(clock_ms=now, production=sys.argv[1:] == ["production"])
    clock = ManualClock(now)
    server = make_server("127.0.0.1", 0, demo_app, Server, Quiet)
    # No more than an application would say.
    clerk = Clerk(
        secret_key=emulator.secret_key,
        publishable_key=emulator.publishable_key,
        api_url=emulator.url,
        authorized_parties=[f"http://{host}:{server.server_port}" for host in ("localhost", "127.0.0.1")],
        clock=clock,
    )
    server.set_app(application(clerk))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told = {"port": server.server_port, "emulator": emulator.url, "secret_key": emulator.secret_key}
    print(json.dumps(told), flush=True)
    for line in sys.stdin:
        command, arguments = json.loads(line)
        if command == "advance":
            clock.advance(arguments["by_ms"])
            command = "clock_advance"
        print(json.dumps(emulator.control(command, **arguments)), flush=True)


main()
