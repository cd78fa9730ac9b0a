"""The Python system, daffi 3: each receiver is a Service, to which the writer is connected directly.

`acknowledged` is its stream(), where each chunk waits for the callback; otherwise stream_nowait(), with a call after every
`credit` items that is answered when these have been carried out.
"""

import asyncio
import threading
import time

import items
import numpy as np
from daffi import Client, SerdeFormat, Service, callback
from items import ORDER, TOTAL, Arrivals, Departures


def connect(address, name, client=Client):
    """Connects once the service listens."""
    return client(app_name=name, **address).connect()


def patiently(connect_once):
    until = time.monotonic() + 15
    while True:
        try:
            return connect_once()
        except Exception:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def writer():
    chunks = [pattern.tobytes() for pattern in items.patterns()]
    connections = [
        patiently(lambda: connect(address, f"writer-{index}")) for index, address in enumerate(ORDER["addresses"])
    ]
    opaque = {"serde": SerdeFormat.OPAQUE}
    departures = Departures()

    def chunk_of(number):
        return chunks[number % len(chunks)]

    def serve(connection, numbers):
        if ORDER["acknowledged"]:
            connection.stream(**opaque).take(chunk_of(number) for number in numbers)
            return
        credit = ORDER["credit"] or len(numbers)
        for start in range(0, len(numbers), credit):
            some = numbers[start : start + credit]
            connection.stream_nowait(**opaque).take(chunk_of(number) for number in some)
            connection.rpc(timeout=60).done()

    def all_serve(numbers):
        threads = [threading.Thread(target=serve, args=(connection, numbers)) for connection in connections]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    if ORDER["rate"]:
        departures.begin()
        stream = connections[0].stream_nowait(**opaque)
        stream.take(chunk_of(number) for number in departures)
        connections[0].rpc(timeout=60).done()
    else:
        all_serve(range(ORDER["warmup"]))
        departures.begin()
        all_serve(range(ORDER["warmup"], TOTAL))
    result = departures.result()
    for connection in connections:
        connection.rpc_nowait().finish()
    time.sleep(0.2)
    return result


def receiver():
    arrivals = Arrivals()
    finished = threading.Event()
    failure = []

    @callback
    def take(data: bytes) -> None:
        try:
            arrivals.take(len(arrivals.times), np.frombuffer(data, dtype=np.uint8))
        except ValueError as error:
            failure.append(error)

    @callback
    def done() -> int:
        return len(arrivals.times)

    @callback
    def finish() -> None:
        finished.set()

    serve_until(finished)
    if failure:
        raise failure[0]
    return arrivals.result()


def serve_until(finished):
    service = Service(app_name=f"receiver-{ORDER['index']}", **ORDER["addresses"][ORDER["index"]])
    service.start()
    finished.wait()
    service.stop()


def caller():
    address = ORDER["addresses"][0]
    connection = patiently(lambda: connect(address, "caller"))
    text = ORDER["text"]

    def call():
        if connection.rpc(timeout=30, serde=SerdeFormat.OPAQUE).echo(text) != text:
            raise ValueError("the answer is not what was sent")

    times = []
    for number in range(TOTAL):
        start = time.perf_counter()
        call()
        if number >= ORDER["warmup"]:
            times.append((time.perf_counter() - start) * 1e6)
    rate = asyncio.run(calls_in_flight(address, text))
    connection.rpc_nowait().finish()
    time.sleep(0.2)
    return {"times": times, "rate": rate}


async def calls_in_flight(address, text):
    from daffi.aio import AsyncClient

    client = AsyncClient(app_name="caller-async", **address)
    connection = await client.connect()
    left = iter(range(ORDER["flights"]))

    async def worker():
        for _ in left:
            if await connection.rpc(timeout=30, serde=SerdeFormat.OPAQUE).echo(text) != text:
                raise ValueError("the answer is not what was sent")

    start = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(ORDER["inFlight"])))
    rate = ORDER["flights"] / (time.perf_counter() - start)
    await client.stop()
    return rate


def callee():
    finished = threading.Event()

    @callback
    def echo(text: str) -> str:
        return text

    @callback
    def finish() -> None:
        finished.set()

    serve_until(finished)
    return {}


items.run({"writer": writer, "receiver": receiver, "caller": caller, "callee": callee})
