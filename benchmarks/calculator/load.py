"""How many requests a second the calculator answers, and how late the latest.

    python -m benchmarks.calculator.load [--rate 200] [--seconds 60]

The server runs in a process of its own; this one sends requests at a steady rate over 16 open
connections, half of them for a page and half for a score computed by the interface for programs.
Each is timed from the moment it was due, so that waiting in line counts.
"""

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import time

CONNECTIONS = 16
BODY = json.dumps({"values": {"age": 63, "ldh": 350, "ldh_uln": 250, "stage": 4, "ecog": 1}})
PAGE = b"GET /scores/ipi HTTP/1.1\r\nHost: test\r\n\r\n"
POST = (
    "POST /api/v1/scores/ipi HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
    f"Content-Length: {len(BODY)}\r\n\r\n{BODY}"
).encode()


def find_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


async def connect(port):
    for _ in range(600):
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
    raise SystemExit("the server did not start")


async def ask(reader, writer, request):
    """Send one request; return the status of its answer, read to its end."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
    await reader.readexactly(length)
    return int(head.split()[1])


async def work(port, due, late, statuses):
    reader, writer = await connect(port)
    while due:
        k, moment = due.pop()
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        statuses.append(await ask(reader, writer, POST if k % 2 else PAGE))
        late.append(time.perf_counter() - moment)
    writer.close()
    await writer.wait_closed()


async def load(port, rate, seconds):
    reader, writer = await connect(port)
    for request in (PAGE, POST):  # the first page is written, the next are sent
        await ask(reader, writer, request)
    writer.close()
    start, late, statuses = time.perf_counter() + 0.5, [], []
    due = [(k, start + k / rate) for k in reversed(range(rate * seconds))]
    await asyncio.gather(*(work(port, due, late, statuses) for _ in range(CONNECTIONS)))
    late.sort()
    shares = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
    places = [
        f"{name} {1000 * late[int(share * (len(late) - 1))]:.1f} ms" for name, share in shares
    ]
    faults = sum(status != 200 for status in statuses)
    print(f"{len(late):,} requests at {rate} a second: {faults} errors; {', '.join(places)}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=60)
    asked = parser.parse_args()
    port = find_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "jalon.cli.main", "serve", "calculator", "--port", str(port)],
        stdout=subprocess.DEVNULL,
    )
    try:
        asyncio.run(load(port, asked.rate, asked.seconds))
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
