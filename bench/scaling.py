"""The cost model of several processes, fitted to what bench/ranks.py measured, beside what it measured; and what it says of
more. Prints the tables of docs/scaling.md.

  bench/scaling.py docs/scaling.csv

A step of N ranks takes T = C + max(0, A - h C): C is the step of ranks whose exchange costs nothing, A what the exchange of
all gradients takes by itself, h the share of a step during which it can go on beside the computing. Fitted are C (ranks of
one host) and h. Of more ranks A = 2 (N - 1) / N * S / W + 2 (N - 1) L around a ring, or + 2 log2(N) L in trees, for S
bytes, W bytes a second and L seconds from rank to rank: Patarasuk and Yuan 2009, "Bandwidth optimal all-reduce algorithms
for clusters of workstations"; NVIDIA's NCCL takes trees where rings are long.
"""
import argparse
import csv
import math
import statistics

RATES = {"kbit": 125.0, "mbit": 125e3, "gbit": 125e6}  # bytes a second


def exchange(ranks: int, size: float, width: float, latency: float, is_tree: bool) -> float:
    hops = 2 * math.ceil(math.log2(ranks)) if is_tree else 2 * (ranks - 1)
    return 2 * (ranks - 1) / ranks * size / width + hops * latency


def step(compute: float, alone: float, hidden: float) -> float:
    return compute + max(0.0, alone - hidden * compute)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table")
    arguments = parser.parse_args()
    rows = [{key: float(value) if key in ("images_per_second", "exchange_seconds", "gradient_bytes") and value else value
             for key, value in row.items()} for row in csv.DictReader(open(arguments.table))]
    for row in rows:
        row["ranks"], row["batch"] = int(row["ranks"]), int(row["batch"])
        row["step"] = row["ranks"] * row["batch"] / row["images_per_second"]

    def of(ranks: int, threads: str, link: str) -> list[dict]:
        return [row for row in rows if (row["ranks"], row["threads"], row["link"]) == (ranks, threads, link)]

    links = list(dict.fromkeys(row["link"] for row in rows if row["ranks"] == 2))
    compute = statistics.median(row["step"] for row in of(2, "1", "lo"))
    shaped = [row for row in rows if row["ranks"] == 2]
    hidden = min((h / 1000 for h in range(0, 1001)),
                 key=lambda h: sum(math.log(row["step"] / step(compute, row["exchange_seconds"], h)) ** 2 for row in shaped))
    size = shaped[0]["gradient_bytes"]
    spread = lambda values: f"{statistics.median(values):.3g} ({min(values):.3g} to {max(values):.3g})"  # noqa: E731
    print(f"{rows[0]['processor']}, {rows[0]['size']} px, batch {rows[0]['batch']} a rank, {size / 1e6:.1f} MB of gradients\n")
    print("| | images/s, median (least to most) |\n|---|---|")
    print(f"| one process, one thread | {spread([row['images_per_second'] for row in of(1, '1', 'lo')])} |")
    print(f"| one process, two threads | {spread([row['images_per_second'] for row in of(1, '2', 'lo')])} |")
    rounds = [a["images_per_second"] / b["images_per_second"] for a, b in zip(of(2, "1", "lo"), of(1, "2", "lo"))]
    print(f"| two ranks of one thread | {spread([row['images_per_second'] for row in of(2, '1', 'lo')])} |")
    print(f"| the same beside two threads | {spread(rounds)} of it |")
    print(f"\nC = {compute:.3f} s, h = {hidden:.2f}\n")
    print("| link | exchange by itself, s | images/s, measured | images/s, model |\n|---|---|---|---|")
    for link in links:
        found = of(2, "1", link)
        alone = statistics.median(row["exchange_seconds"] for row in found)
        print(f"| {link} | {alone:.3g} | {spread([row['images_per_second'] for row in found])} "
              f"| {2 * found[0]['batch'] / step(compute, alone, hidden):.3g} |")
    # name, images a second of a rank, bytes of gradients, bytes a second, seconds from rank to rank, trees
    cases = [("this processor, a thread a rank, 1 Gbit/s", rows[0]["batch"] / compute, size, RATES["gbit"], 1e-4, False),
             ("the same, 10 Gbit/s", rows[0]["batch"] / compute, size, 10 * RATES["gbit"], 5e-5, False),
             ("H100, 10 Gbit/s", 44382, 25.3e6, 10 * RATES["gbit"], 5e-5, True),
             ("H100, 100 Gbit/s", 44382, 25.3e6, 100 * RATES["gbit"], 1e-5, True),
             ("H100, 400 Gbit/s", 44382, 25.3e6, 400 * RATES["gbit"], 1e-5, True),
             ("H100, 900 GB/s within a host", 44382, 25.3e6, 450e9, 5e-6, True)]
    print("\n| least batch of a rank for 90 % | 2 ranks | 8 | 64 | 1,024 |\n|---|---|---|---|---|")
    for name, rate, bytes_, width, latency, is_tree in cases:
        least = [exchange(n, bytes_, width, latency, is_tree) * rate / (hidden + 1 / 9) for n in (2, 8, 64, 1024)]
        print(f"| {name} | " + " | ".join(f"{math.ceil(batch):,}" for batch in least) + " |")


if __name__ == "__main__":
    main()
