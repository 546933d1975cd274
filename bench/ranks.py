"""What several processes cost: `dcgan train` as two ranks of one thread each, in two network namespaces with a link between
them, beside one process of one thread and of two. A row a measurement, appended to a table that bench/scaling.py reads.
Needs root (ip netns, tc) and two cores with nothing else running.

  bench/ranks.py --table docs/scaling.csv --data photos/ --links lo,10gbit,1gbit,100mbit --rounds 3
  bench/ranks.py --table docs/scaling.csv --data photos/ --links 1gbit+10ms
  bench/ranks.py --data photos/ --cut        cuts the link of two ranks that train; prints how each ends, and when

A link is `lo` (one host, no limit), a rate (token buckets on both ends, tc-tbf), or a rate and a delay each way: a relay of
packets between two tun devices then stands in for the kernel's netem, which not every kernel has.
"""
import argparse
import contextlib
import csv
import ctypes
import datetime
import fcntl
import heapq
import os
import pathlib
import select
import struct
import subprocess
import sys
import tempfile
import time

from common import PROGRAM, commit_now, log_of, processor

FIELDS = ["date", "commit", "processor", "size", "ranks", "threads", "batch", "link", "round", "images_per_second",
          "gradient_bytes", "exchange_seconds", "latency_seconds"]
HOSTS = ("dcgan-a", "dcgan-b")
ADDRESSES = ("10.231.0.1", "10.231.0.2")
BITS = {"kbit": 1e3, "mbit": 1e6, "gbit": 1e9}


def sh(words: str) -> None:
    subprocess.run(words, shell=True, check=True)


def bits_per_second(rate: str) -> float:
    return float(rate[:-4]) * BITS[rate[-4:]]


@contextlib.contextmanager
def namespaces():
    try:
        for host in HOSTS:
            sh(f"ip netns add {host} && ip -n {host} link set lo up")
        yield
    finally:
        for host in HOSTS:
            subprocess.run(f"ip netns del {host}", shell=True, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def shaped(rate: str):
    """A pair of veth devices, each with a token bucket."""
    with namespaces():
        sh(f"ip link add dcgan-va netns {HOSTS[0]} type veth peer name dcgan-vb netns {HOSTS[1]}")
        burst = max(64_000, int(bits_per_second(rate) / 8 / 250))  # bytes of a timer's tick
        for host, device, address in zip(HOSTS, ("dcgan-va", "dcgan-vb"), ADDRESSES):
            sh(f"ip -n {host} addr add {address}/24 dev {device} && ip -n {host} link set {device} up")
            sh(f"ip netns exec {host} tc qdisc add dev {device} root tbf rate {rate} burst {burst} latency 400ms")
        yield


def setns(file: int) -> None:
    """os.setns, which Python has from 3.12 on."""
    if ctypes.CDLL(None, use_errno=True).setns(file, 0x40000000) != 0:  # CLONE_NEWNET
        raise OSError(ctypes.get_errno(), "setns")


def tun_in(host: str, address: str) -> int:
    """A tun device made in the namespace; its file stays open here."""
    own, other = os.open("/proc/self/ns/net", os.O_RDONLY), os.open(f"/run/netns/{host}", os.O_RDONLY)
    setns(other)
    file = os.open("/dev/net/tun", os.O_RDWR)  # it belongs to the namespace it is opened in
    fcntl.ioctl(file, 0x400454CA, struct.pack("16sH", b"dcgan-tun", 0x0001 | 0x1000))  # TUNSETIFF, IFF_TUN | IFF_NO_PI
    sh(f"ip addr add {address}/24 dev dcgan-tun && ip link set dcgan-tun mtu 60000 txqueuelen 1000 up")
    setns(own)
    os.close(own), os.close(other)
    return file


def relay(files: tuple[int, int], rate: float, delay: float) -> None:
    """Each packet leaves when those before it have been sent at `rate`, and arrives `delay` later. Ends with its parent."""
    waiting: list[tuple[float, int, int, bytes]] = []
    free_at, number = [0.0, 0.0], 0
    while os.getppid() != 1:
        wait = max(0.0, waiting[0][0] - time.monotonic()) if waiting else 1.0
        for file in select.select(files, [], [], wait)[0]:
            packet, way = os.read(file, 65536), files.index(file)
            free_at[way] = max(free_at[way], time.monotonic()) + 8 * len(packet) / rate
            number += 1
            heapq.heappush(waiting, (free_at[way] + delay, number, files[1 - way], packet))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, file, packet = heapq.heappop(waiting)
            os.write(file, packet)


@contextlib.contextmanager
def relayed(rate: str, delay: str):
    with namespaces():
        files = tuple(tun_in(host, address) for host, address in zip(HOSTS, ADDRESSES))
        child = os.fork()
        if child == 0:
            relay(files, bits_per_second(rate), float(delay.removesuffix("ms")) / 1000)
            os._exit(0)
        try:
            yield
        finally:
            os.kill(child, 9), os.waitpid(child, 0)
            for file in files:
                os.close(file)


def link_of(name: str):
    if name == "lo":
        return contextlib.nullcontext()
    rate, _, delay = name.partition("+")
    return relayed(rate, delay) if delay else shaped(rate)


def cut(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder, shaped("1gbit"):
        processes = started(arguments, folder, 2, 1, arguments.batch, "1gbit", ["--images", "100M", "--rank-timeout", "10",
                                                                                "--checkpoint-every", "5k"])
        checkpoints = pathlib.Path(folder, "run0/checkpoints")
        while not checkpoints.exists() or not any(checkpoints.iterdir()):
            time.sleep(0.5)
        begin = time.monotonic()
        sh(f"ip -n {HOSTS[1]} link set dcgan-vb down")
        for rank, process in enumerate(processes):
            said = process.communicate()[1].strip().splitlines()
            print(f"rank {rank}: exit code {process.returncode} after {time.monotonic() - begin:.1f} s: {said[-2]}")


def started(arguments: argparse.Namespace, folder: str, ranks: int, threads: int, batch: int, link: str,
            more: list[str]) -> list[subprocess.Popen]:
    processes = []
    for rank in range(ranks):
        words = [arguments.program, "train", arguments.data, "--run", f"{folder}/run{rank}", "--size", str(arguments.size),
                 "--preset", "default", "--batch", str(batch * ranks), "--threads", str(threads), "--eval-every", "0",
                 "--sample-every", "1M", "--log-every", "1", *more]
        if ranks > 1:
            words = ["taskset", "-c", str(rank), *words]
        if link != "lo":
            words = ["ip", "netns", "exec", HOSTS[rank], *words]
        own = {} if ranks == 1 else {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(ranks),
                                     "MASTER_ADDR": ADDRESSES[0] if link != "lo" else "127.0.0.1",
                                     "MASTER_PORT": "29611"}
        processes.append(subprocess.Popen(words, env={**os.environ, **own}, stdout=subprocess.DEVNULL,
                                          stderr=subprocess.PIPE, text=True))
    return processes


def train(arguments: argparse.Namespace, ranks: int, threads: int, batch: int, link: str, images: int) -> dict:
    """Images per second of the records but the first, and what the run found out about the link."""
    with tempfile.TemporaryDirectory() as folder, link_of(link):
        processes = started(arguments, folder, ranks, threads, batch, link,
                            ["--images", str(images), "--checkpoint-every", "100M", "--rank-timeout", "600"])
        said = [process.communicate()[1] for process in processes]
        if any(process.returncode for process in processes):
            sys.exit("\n".join(said))
        records, events = log_of(pathlib.Path(folder, "run0"))
    found = next((event for event in events if event["event"] == "ranks"), {})
    first, last = records[1], records[-1]
    return {"images_per_second": (last["images"] - first["images"]) / (last["seconds"] - first["seconds"]),
            "gradient_bytes": found.get("gradient_bytes"), "exchange_seconds": found.get("exchange_seconds"),
            "latency_seconds": found.get("latency_seconds")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", type=pathlib.Path)
    parser.add_argument("--cut", action="store_true")
    parser.add_argument("--data", required=True)
    parser.add_argument("--size", default=64, type=int)
    parser.add_argument("--batch", default=64, type=int, help="of a rank")
    parser.add_argument("--links", default="lo,10gbit,1gbit,100mbit,10mbit")
    parser.add_argument("--rounds", default=3, type=int)
    parser.add_argument("--seconds", default=20, type=float, help="about how long a measurement takes")
    parser.add_argument("--program", default=PROGRAM)
    arguments = parser.parse_args()
    if arguments.cut:
        return cut(arguments)
    if not arguments.table:
        parser.error("--table is missing: where rows go")
    commit, name = commit_now(but=arguments.table), processor("cpu")
    quick = train(arguments, 1, 2, 2 * arguments.batch, "lo", 8 * arguments.batch)["images_per_second"]
    for number in range(arguments.rounds):
        kinds = [(1, 1, arguments.batch, "lo"), (1, 2, 2 * arguments.batch, "lo")]
        kinds += [(2, 1, arguments.batch, link) for link in arguments.links.split(",")]
        for ranks, threads, batch, link in kinds:
            whole = ranks * batch
            # A slow link makes few steps; a step exchanges 25 MB or so.
            slow = 60e6 * 8 / bits_per_second(link.partition("+")[0]) if link != "lo" else 0
            steps = max(6, int(arguments.seconds / (whole / quick + slow)))
            row = train(arguments, ranks, threads, batch, link, steps * whole)
            row.update(date=datetime.date.today().isoformat(), commit=commit, processor=name, size=arguments.size,
                       ranks=ranks, threads=threads, batch=batch, link=link, round=number)
            is_new = not arguments.table.exists()
            with open(arguments.table, "a", newline="") as table:
                writer = csv.DictWriter(table, FIELDS, lineterminator="\n")
                if is_new:
                    writer.writeheader()
                writer.writerow({key: f"{value:.6g}" if isinstance(value, float) else value for key, value in row.items()})
            print(f"{ranks} x {threads} thread(s), batch {batch}, {link}: {row['images_per_second']:.1f} images/s, "
                  f"exchange {row['exchange_seconds'] or 0:.4f} s", flush=True)


if __name__ == "__main__":
    main()
