"""One client, many threads."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from clerk_usher.testing import Emulator


def test_a_client_is_for_many_threads(emulator: Emulator) -> None:
    clerk = emulator.clerk()
    with ThreadPoolExecutor(8) as pool:
        assert [answer.total_count for answer in pool.map(lambda _: clerk.users.count(), range(80))] == [0] * 80


def test_a_call_does_not_hold_the_interpreter(emulator: Emulator) -> None:
    emulator.add_fault(route="/v1/users/count", latency_ms=400)
    clerk = emulator.clerk()
    thread = threading.Thread(target=clerk.users.count)
    thread.start()
    time.sleep(0.05)
    began = time.monotonic()
    steps = 0
    while thread.is_alive():
        steps += 1
        time.sleep(0.001)
    assert steps > 50, (steps, time.monotonic() - began)
    thread.join()


def test_calls_in_a_row_use_one_connection(emulator: Emulator) -> None:
    clerk = emulator.clerk()
    for _ in range(50):
        clerk.users.count()
    assert len({request["connection"] for request in emulator.requests()}) == 1


def test_cold_verifications_share_one_fetch(emulator: Emulator) -> None:
    token = emulator.mint_session_token(user_id="user_1")
    emulator.add_fault(route="/v1/jwks", latency_ms=50)
    clerk = emulator.clerk()
    with ThreadPoolExecutor(20) as pool:
        assert {claims.sub for claims in pool.map(lambda _: clerk.verify_token(token), range(20))} == {"user_1"}
    assert [request["path"] for request in emulator.requests()] == ["/v1/jwks"]
