"""A forked child works (law 8): preloading servers, task queues, multiprocessing."""

from __future__ import annotations

import sys

import pytest
from child import run
from clerk_usher.testing import Emulator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no fork")

# Python itself warns of a fork beside threads, which is just what these programs do.
PREFACE = """
import os, sys, threading, time, warnings
warnings.simplefilter("ignore", DeprecationWarning)
from clerk_usher import Clerk, AsyncClerk

def child(work):
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return pid

def ended(pid, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            assert status == 0, status
            return
        time.sleep(0.01)
    os.kill(pid, 9)
    raise AssertionError("the child hangs")
"""


@pytest.fixture
def user_id(emulator: Emulator) -> str:
    return emulator.clerk().users.create(email_address=["ann@example.com"], skip_password_requirement=True).id


def test_before_any_call(emulator: Emulator, user_id: str) -> None:
    run(
        PREFACE
        + f"""
clerk = Clerk()
pids = [child(lambda: clerk.users.get("{user_id}")) for _ in range(4)]
for pid in pids:
    ended(pid)
clerk.users.get("{user_id}")
""",
        emulator,
    )


def test_after_a_warm_pool_and_keys(emulator: Emulator, user_id: str) -> None:
    token = emulator.mint_session_token(user_id=user_id)
    run(
        PREFACE
        + f"""
clerk = Clerk()
clerk.users.get("{user_id}")
clerk.verify_token("{token}")
def work():
    for _ in range(3):
        clerk.users.get("{user_id}")
    clerk.verify_token("{token}")
    ended(child(lambda: clerk.users.get("{user_id}")))  # and a child of the child
pids = [child(work) for _ in range(4)]
for pid in pids:
    ended(pid)
clerk.users.get("{user_id}")
""",
        emulator,
    )
    # The keys that were fetched before the fork serve on after it.
    assert sum(request["path"] == "/v1/jwks" for request in emulator.requests()) == 1


def test_in_the_middle_of_calls(emulator: Emulator, user_id: str) -> None:
    emulator.add_fault(latency_ms=30)
    run(
        PREFACE
        + f"""
clerk = Clerk()
stop = threading.Event()
def busy():
    while not stop.is_set():
        clerk.users.get("{user_id}")
threads = [threading.Thread(target=busy) for _ in range(4)]
for thread in threads:
    thread.start()
for _ in range(10):
    time.sleep(0.02)
    ended(child(lambda: clerk.users.get("{user_id}")))
stop.set()
for thread in threads:
    thread.join()
""",
        emulator,
    )


def test_amid_tokens_being_remembered(emulator: Emulator, user_id: str) -> None:
    """Whatever another thread is doing with them at that moment, a child verifies: its first token as its second."""
    tokens = [emulator.mint_session_token(user_id=user_id) for _ in range(40)]
    run(
        PREFACE
        + f"""
tokens = {tokens!r}
clerk = Clerk(token_cache_entries=8)
stop = threading.Event()
def busy():
    while not stop.is_set():
        for token in tokens:
            clerk.verify_token(token)
def work():
    for token in tokens[:4] * 2:
        assert clerk.verify_token(token).sub == "{user_id}"
threads = [threading.Thread(target=busy) for _ in range(4)]
for thread in threads:
    thread.start()
for _ in range(10):
    time.sleep(0.01)
    ended(child(work))
stop.set()
for thread in threads:
    thread.join()
work()
""",
        emulator,
    )


def test_while_a_first_use_loads_modules(emulator: Emulator, user_id: str) -> None:
    """A fork waits for it, so a child never finds a module half loaded."""
    program = (
        PREFACE
        + f"""
clerk = Clerk()
threads = [threading.Thread(target=lambda: clerk.users.get("{user_id}").email_addresses[0].id) for _ in range(4)]
for thread in threads:
    thread.start()
for pause in (0, 1, 1, 2, 2, 2, 4):
    time.sleep(pause / 1000)
    ended(child(lambda: clerk.users.get("{user_id}").email_addresses[0].id))
for thread in threads:
    thread.join()
"""
    )
    for _ in range(5):
        run(program, emulator)


@pytest.mark.parametrize("stage", ["looks for the function", "calls it"])
def test_while_another_thread_reads(emulator: Emulator, user_id: str, stage: str) -> None:
    """What that thread is making is made in the child, which has no such thread to wait for."""
    run(
        PREFACE
        + f"""
import json, types
reads, forked = threading.Event(), threading.Event()
def pause(stage):
    if stage == "{stage}" and threading.current_thread() is reader:
        reads.set()
        assert forked.wait(30)
def loads(text):
    pause("calls it")
    return json.loads(text)
class Json(types.ModuleType):
    def __getattr__(self, name):
        pause("looks for the function")
        return loads
user = Clerk().users.get("{user_id}")
address = lambda: user.email_addresses[0].id
sys.modules["json"] = Json("json")
reader = threading.Thread(target=address)
reader.start()
assert reads.wait(30)
ended(child(address))
forked.set()
reader.join()
assert address()
""",
        emulator,
    )


def test_asyncio_after_a_fork(emulator: Emulator, user_id: str) -> None:
    run(
        PREFACE
        + f"""
import asyncio
clerk = AsyncClerk()
async def call():
    return [user.id for user in await asyncio.gather(*(clerk.users.get("{user_id}") for _ in range(5)))]
assert asyncio.run(call()) == ["{user_id}"] * 5
pids = [child(lambda: asyncio.run(call())) for _ in range(3)]
for pid in pids:
    ended(pid)
asyncio.run(call())
""",
        emulator,
    )


def test_multiprocessing(emulator: Emulator, user_id: str, tmp_path: object) -> None:
    run(
        f"""
import multiprocessing, warnings
warnings.simplefilter("ignore", DeprecationWarning)
from clerk_usher import Clerk
clerk = Clerk()
def get(number):
    return clerk.users.get("{user_id}")
if __name__ == "__main__":
    user = clerk.users.get("{user_id}")
    with multiprocessing.get_context("fork").Pool(3) as pool:
        assert pool.map(get, range(12)) == [user] * 12
""",
        emulator,
    )


def test_an_emulator_is_not_the_childs_to_stop() -> None:
    run(
        PREFACE
        + """
from clerk_usher.testing import Emulator
with Emulator() as emulator:
    def work():
        global emulator
        emulator.stop()
        del emulator
    ended(child(work))
    emulator.clerk().users.count()
"""
    )
