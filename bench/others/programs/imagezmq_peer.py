"""imagezmq by request and reply over Unix domain sockets: each receiver is a hub, which a thread of the writer serves."""

import threading

import imagezmq
import items
from items import ORDER, TOTAL, Arrivals, Departures


def writer():
    images = [pattern.reshape(1, -1) for pattern in items.patterns()]
    senders = [imagezmq.ImageSender(connect_to=address) for address in ORDER["addresses"]]
    departures = Departures()
    if ORDER["rate"]:
        departures.begin()
        for number in departures:
            senders[0].send_image(str(number), images[number % len(images)])
        return departures.result()

    def serve(sender, numbers):
        for number in numbers:
            sender.send_image(str(number), images[number % len(images)])

    def all_serve(numbers):
        threads = [threading.Thread(target=serve, args=(sender, numbers)) for sender in senders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    all_serve(range(ORDER["warmup"]))
    departures.begin()
    all_serve(range(ORDER["warmup"], TOTAL))
    return departures.result()


def receiver():
    hub = imagezmq.ImageHub(open_port=ORDER["addresses"][ORDER["index"]])
    arrivals = Arrivals()
    for _ in range(TOTAL):
        number, image = hub.recv_image()
        arrivals.take(int(number), image)
        hub.send_reply(b"ok")
    hub.close()
    return arrivals.result()


items.run({"writer": writer, "receiver": receiver})
