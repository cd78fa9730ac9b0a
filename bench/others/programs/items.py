"""What the Python programs have in common: the order they are given, the items, and the result they leave.

An order is JSON in the variable BENCH: role, index, receivers, bytes, warmup, count, rate (0: as fast as can be),
credit, result (path of the result), and what else a program needs.
"""

import ctypes
import json
import os
import time
import traceback

import numpy as np

ORDER = json.loads(os.environ["BENCH"])
TOTAL = ORDER["warmup"] + ORDER["count"]
PATTERNS = 3
# Seconds without a word after which what is missing counts as lost.
SILENCE = 3

_memcmp = ctypes.CDLL(None).memcmp
_memcmp.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]


def patterns():
    """Three kinds of bytes, of which neighbours differ in every byte."""
    base = np.random.default_rng(1).integers(0, 256, ORDER["bytes"], dtype=np.uint8)
    return [base ^ np.uint8(number * 0x55) for number in range(PATTERNS)]


def now():
    """Microseconds of a clock that all processes share."""
    return time.time_ns() // 1000


def _address(array):
    return array.__array_interface__["data"][0]


class Arrivals:
    """Compares every byte of every item, and notes when it came."""

    def __init__(self):
        self.expected = patterns()
        self.times = []
        self.inversions = 0
        self.last = -1

    def take(self, number, array):
        self.times.append([number, now()])
        pattern = self.expected[number % PATTERNS]
        if array.nbytes != pattern.nbytes or _memcmp(_address(array), _address(pattern), pattern.nbytes):
            raise ValueError(f"item {number} is not what was sent")
        if number < self.last:
            self.inversions += 1
        self.last = max(self.last, number)
        if len(self.times) == 1:
            print("first frame", flush=True)

    def result(self):
        return {"arrived": self.times, "inversions": self.inversions}


class Departures:
    """Numbers of the items at their pace; the time begins behind the warm-up."""

    def __init__(self):
        self.sent = []
        self.start = None

    def __iter__(self):
        begun = time.perf_counter()
        for number in range(TOTAL):
            if ORDER["rate"]:
                wait = begun + number / ORDER["rate"] - time.perf_counter()
                if wait > 0:
                    time.sleep(wait)
            self.sent.append(now())
            yield number

    def begin(self):
        self.start = time.perf_counter()

    def result(self, silent=0):
        return {"seconds": time.perf_counter() - self.start - silent, "sent": self.sent}


def leave(result):
    """Writes the result in one step, so that it is never read in part."""
    path = ORDER["result"]
    with open(path + ".part", "w") as file:
        json.dump(result, file)
    os.rename(path + ".part", path)


def run(roles):
    try:
        leave(roles[ORDER["role"]]())
    except BaseException:
        leave({"error": traceback.format_exc()})
        raise
