"""A node of dora that sends items with a hand-made credit loop, since dora has no back pressure, or receives them."""

import items
import pyarrow as pa
from dora import Node
from items import ORDER, SILENCE, TOTAL, Arrivals, Departures

# Number of the items by which the nodes find each other: what is sent before is lost.
GREETING = -1


def greet(node):
    """Sends greetings until each receiver has answered one."""
    word = pa.array([0], type=pa.uint8())
    waited_for = {f"ack_{index}" for index in range(ORDER["receivers"])}
    while waited_for:
        node.send_output("item", word, {"number": GREETING})
        event = node.next(timeout=0.05)
        if event is not None and event["type"] == "INPUT":
            waited_for.discard(event["id"])


def writer():
    node = Node()
    if ORDER["greets"]:
        greet(node)
    # Without a validity bitmap, which would be an eighth more bytes to send.
    arrays = [pa.Array.from_buffers(pa.uint8(), ORDER["bytes"], [None, pa.py_buffer(p)], 0) for p in items.patterns()]
    acked = [0] * ORDER["receivers"]
    silent = 0

    def await_acks(least):
        """Waits until all receivers have that many; gives up what does not come."""
        nonlocal silent
        while min(acked) < least:
            event = node.next(timeout=SILENCE)
            if event is None or event["type"] == "ERROR":
                silent += SILENCE
                acked[:] = [least] * len(acked)
            elif event["type"] == "INPUT":
                index = int(event["id"].split("_")[1])
                acked[index] = max(acked[index], event["metadata"]["number"] + 1)

    departures = Departures()
    for number in departures:
        if ORDER["credit"]:
            if number == ORDER["warmup"]:
                await_acks(number)
                silent = 0
                departures.begin()
            else:
                await_acks(number + 1 - ORDER["credit"])
        elif number == ORDER["warmup"]:
            departures.begin()
        node.send_output("item", arrays[number % len(arrays)], {"number": number})
    if ORDER["credit"]:
        await_acks(TOTAL)
    return departures.result(silent)


def receiver():
    node = Node()
    arrivals = Arrivals()
    word = pa.array([0], type=pa.uint8())
    for event in node:
        if event["type"] != "INPUT":
            continue
        number = event["metadata"]["number"]
        if number != GREETING:
            arrivals.take(number, event["value"].to_numpy())
        del event
        if ORDER["credit"] or number == GREETING:
            node.send_output("ack", word, {"number": number})
    return arrivals.result()


items.run({"writer": writer, "receiver": receiver})
