"""Clients of pollbench hello that no ordinary program is: hello_client.py PORT CASE...
Exit status 0: the server did what the case says; else what it did instead is on standard error.
Each case waits for what the server does; the limit of 60 s only ends one that waits in vain."""
import random
import re
import socket
import sys
import threading
import time

LIMIT_S = 60
# As narrow as a connection over loopback may be: less than a segment of it, and TCP stands still for
# seconds at a time, probing.
NARROW_BYTES = 65536
PORT = int(sys.argv[1])
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


def connect(receive_bytes=None):
    client = socket.socket()
    client.settimeout(LIMIT_S)
    if receive_bytes:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    client.connect(("127.0.0.1", PORT))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


class Reader:
    """Reads one answer after the other, each checked to be whole and well formed."""

    def __init__(self, client):
        self.client = client
        self.data = b""

    def fill(self):
        piece = self.client.recv(65536)
        self.data += piece
        return piece

    def answer(self, head_only=False):
        while b"\r\n\r\n" not in self.data:
            assert self.fill(), f"the connection ended in mid-answer: {self.data!r}"
        head, self.data = self.data.split(b"\r\n\r\n", 1)
        status, *lines = head.decode().split("\r\n")
        version, code, reason = status.split(" ", 2)
        assert version == "HTTP/1.1" and reason, status
        if code == "100":
            return 100, {}, b""
        fields = dict(line.split(": ", 1) for line in lines)
        assert fields["Content-Type"] == "text/plain" and fields["Date"].endswith(" GMT"), fields
        length = 0 if head_only else int(fields["Content-Length"])
        while len(self.data) < length:
            assert self.fill(), f"the connection ended in mid-body: {self.data!r}"
        body, self.data = self.data[:length], self.data[length:]
        assert code != "200" or body == (b"" if head_only else b"Hello World"), body
        return int(code), fields, body

    def expect(self, *codes):
        got = [self.answer()[0] for _ in codes]
        assert got == list(codes), f"{got} instead of {list(codes)}"

    def expect_end(self):
        assert not self.data, f"more than expected: {self.data!r}"
        assert self.client.recv(65536) == b"", "more than expected"


def is_ended(client):
    """Whether the server has closed, by a reset or by an end of file; waits for it."""
    try:
        while client.recv(65536):
            pass
    except ConnectionError:
        pass
    return True


def one(request, code, closes):
    client = connect()
    client.sendall(request)
    reader = Reader(client)
    got, fields, _ = reader.answer()
    assert got == code, f"{got} instead of {code}"
    assert (fields.get("Connection") == "close") == closes, fields
    if closes:
        reader.expect_end()


def pipelined():
    client = connect()
    head = b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"
    post = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
    client.sendall(GET + head + post + GET)
    reader = Reader(client)
    assert reader.answer()[0] == 200
    code, fields, body = reader.answer(head_only=True)
    assert (code, fields["Content-Length"], body) == (200, "11", b"")
    code, fields, _ = reader.answer()
    assert (code, fields["Allow"]) == (405, "GET, HEAD")
    reader.expect(200)


def undated(data):
    return re.sub(rb"Date: [^\r]{29}", b"Date: -", data)


def learn_answer(request):
    """What it is answered, by itself."""
    client = connect()
    client.sendall(request)
    client.shutdown(socket.SHUT_WR)
    data = b""
    while piece := client.recv(65536):
        data += piece
    return undated(data)


def pipelined_without_reading():
    """Asks, in pieces large and small, until nothing more goes out, and only then reads: the server has
    to stop reading, and to answer everything in order when it can."""
    requests = [GET, GET.replace(b"GET", b"HEAD"), GET.replace(b"GET", b"DELETE")]
    answers = [learn_answer(request) for request in requests]
    random.seed(7)
    client = connect(receive_bytes=NARROW_BYTES)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, NARROW_BYTES)
    client.setblocking(False)
    kinds, unsent, data, stuck = [], b"", bytearray(), 0
    while stuck < 100:  # blocked for so many looks in a row
        if not unsent:
            piece = random.choices(range(len(requests)), k=random.choice((1, 2, 5, 300)))
            kinds += piece
            unsent = b"".join(requests[kind] for kind in piece)
        try:
            unsent = unsent[client.send(unsent):]
            stuck = 0
        except BlockingIOError:
            stuck += 1
            time.sleep(0.002)
    client.settimeout(LIMIT_S)
    sender = threading.Thread(target=lambda: (client.sendall(unsent), client.shutdown(socket.SHUT_WR)))
    sender.start()
    while piece := client.recv(65536):
        data += piece
    sender.join()
    assert undated(bytes(data)) == b"".join(answers[kind] for kind in kinds), "not the answers, in order"


def last_answers_reach_a_client_that_has_ended():
    """Like "printf ... | nc": the client ends its half, and still gets every answer."""
    client = connect()
    client.sendall(GET * 500)
    client.shutdown(socket.SHUT_WR)
    reader = Reader(client)
    reader.expect(*[200] * 500)
    reader.expect_end()


def byte_by_byte():
    client = connect()
    reader = Reader(client)
    for byte in GET:
        client.sendall(bytes([byte]))
        time.sleep(0.0005)  # to make pieces likely; that they are is not needed
    reader.expect(200)


def split_everywhere():
    client = connect()
    reader = Reader(client)
    request = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    for cut in range(1, len(request)):
        client.sendall(request[:cut])
        time.sleep(0.0005)
        client.sendall(request[cut:])
        reader.expect(405)


def refused():
    one(b"garbage\r\n\r\n", 400, True)
    one(b"GET / HTTP/1.1\r\n\r\n", 400, True)
    one(b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n", 400, True)
    one(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, True)
    one(b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501, True)
    one(b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, True)
    one(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 9000 + b"\r\n\r\n", 431, True)
    one(b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 70000, 413, True)


def a_refusal_survives_what_is_still_sent():
    """The server must not reset the connection while its answer is under way."""
    client = connect()
    client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 500000)
    reader = Reader(client)
    reader.expect(431)
    reader.expect_end()


def expect_continue():
    client = connect()
    reader = Reader(client)
    client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    reader.expect(100)
    client.sendall(b"abc" + GET)
    reader.expect(200, 200)


def upgrade():
    client = connect()
    request = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    client.sendall(request + GET)
    Reader(client).expect(200, 200)


def http_1_0():
    one(b"GET / HTTP/1.0\r\n\r\n", 200, True)
    client = connect()
    client.sendall(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + GET)
    reader = Reader(client)
    assert reader.answer()[1]["Connection"] == "keep-alive"
    reader.expect(200)


def slow_header():
    client = connect()
    client.sendall(b"GET / HTTP/1.1\r\nHo")
    reader = Reader(client)
    code, fields, _ = reader.answer()
    assert (code, fields["Connection"]) == (408, "close")
    reader.expect_end()


def slow_body():
    client = connect()
    client.sendall(b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
    reader = Reader(client)
    reader.expect(408)
    reader.expect_end()


def idle():
    """A connection that never asked; and one that did, unless it was too slow to ask even once."""
    silent = connect()
    assert is_ended(silent)
    answered = False
    while not answered:
        client = connect()
        try:
            client.sendall(GET)
            reader = Reader(client)
            answered = reader.fill() != b""
        except ConnectionError:
            continue
    reader.expect(200)
    reader.expect_end()


def never_reads():
    """Asks until no more goes out, reads nothing: the server gives up waiting for it."""
    client = connect(receive_bytes=NARROW_BYTES)
    client.settimeout(0.05)
    sent = 0
    deadline = time.monotonic() + LIMIT_S
    try:
        while time.monotonic() < deadline:
            try:
                sent += client.send(GET * 1000)
            except TimeoutError:
                pass
    except ConnectionError:
        return
    raise AssertionError(f"the server still has it after {sent} bytes")


def vanishes():
    for request in b"", b"GET / HT", GET, GET * 3, b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\na":
        for linger in False, True:
            client = connect()
            client.sendall(request)
            if linger:  # a reset instead of an end of file
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.close()
    client = connect()
    client.sendall(GET)
    Reader(client).expect(200)


def beyond_the_limit_of_connections():
    """With room for two: a third is answered once one of them has gone."""
    clients = [connect() for _ in range(2)]
    for client in clients:
        client.sendall(GET)
        Reader(client).expect(200)
    third = connect()
    third.sendall(GET)
    third.settimeout(0.1)
    try:
        third.recv(1)
        raise AssertionError("the third connection was answered beside the two")
    except TimeoutError:
        pass
    clients[0].close()
    third.settimeout(LIMIT_S)
    Reader(third).expect(200)


def more_than_descriptors():
    """The server runs out of descriptors (READY: by now it must), and serves who is left when some are
    closed."""
    clients = [connect() for _ in range(60)]
    first = clients[0]
    first.sendall(GET)
    Reader(first).expect(200)
    print("READY", flush=True)
    sys.stdin.readline()
    for client in clients[1:50]:
        client.close()
    for client in [first] + clients[50:]:
        client.sendall(GET)
        Reader(client).expect(200)


def under_way_at_the_end():
    """Says READY when a request is half sent, and goes on at a line of input: it is answered, as the
    last one, though the server has been told to stop. One that was idle is closed."""
    idle_client = connect()
    idle_client.sendall(GET)
    idle_reader = Reader(idle_client)
    idle_reader.expect(200)
    client = connect()
    client.sendall(GET + GET[:20])
    reader = Reader(client)
    reader.expect(200)
    print("READY", flush=True)
    sys.stdin.readline()
    idle_reader.expect_end()
    client.sendall(GET[20:])
    code, fields, _ = reader.answer()
    assert (code, fields["Connection"]) == (200, "close"), (code, fields)
    reader.expect_end()


def stuck_at_the_end():
    """Like the last one, but the request never comes: the grace ends it."""
    client = connect()
    client.sendall(GET + GET[:20])
    Reader(client).expect(200)
    print("READY", flush=True)
    sys.stdin.readline()
    assert is_ended(client)


if __name__ == "__main__":
    for case in sys.argv[2:]:
        globals()[case]()
