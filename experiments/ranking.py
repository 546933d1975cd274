"""How well orders of states agree: those of yardsticks, from a table of yardstick.py, and those of readers."""

import collections
import csv
import itertools
import json
import pathlib
import statistics

import numpy

FIGURES = {"kid": -1, "fid": -1, "coverage": 1}  # that rank states, and which way is better


def read_table(path: pathlib.Path) -> list[dict]:
    if not path.exists():
        return []
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def append_row(path: pathlib.Path, fields: list[str], row: dict) -> None:
    is_new = not path.exists()
    with open(path, "a", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerow(row)


def ranked(values: list[float]) -> numpy.ndarray:
    """1 for the least; equal values share the mean of their places."""
    values = numpy.asarray(values, float)
    below, equal = (values[None] < values[:, None]).sum(1), (values[None] == values[:, None]).sum(1)
    return below + (equal + 1) / 2


def spearman(a: list[float], b: list[float]) -> float:
    """NaN where one of them ranks nothing."""
    x, y = (ranks - ranks.mean() for ranks in (ranked(a), ranked(b)))
    length = numpy.sqrt((x * x).sum() * (y * y).sum())
    return float((x * y).sum() / length) if length else float("nan")


def kendall_w(scores: list[list[float]]) -> float:
    """Of several judges of the same things, 0 to 1; ties are corrected for. Kendall and Smith 1939; Siegel 1956."""
    ranks = numpy.stack([ranked(one) for one in scores])
    judges, things = ranks.shape
    spread = ((ranks.sum(0) - ranks.sum(0).mean()) ** 2).sum()
    ties = sum(float(n**3 - n) for one in ranks for n in collections.Counter(one).values())
    return float(12 * spread / (judges**2 * (things**3 - things) - judges * ties))


class Readers:
    """What the readers of one set said. `wins`: by reader, by state, over all pairs; "=" is half a win for both."""

    def __init__(self, folder: pathlib.Path, name: str):
        self.key = json.loads((folder / "keys" / f"{name}.json").read_text())
        self.answers: dict[str, dict] = {}
        for file in sorted((folder / "readers").glob(f"*-{name}.json")):
            self.answers[file.stem.removesuffix(f"-{name}")] = self.read(file)
        self.wins = {reader: self.counted(pairs) for reader, pairs in self.answers.items()}

    def read(self, file: pathlib.Path) -> dict:
        said = {}
        for first, second, better in json.loads(file.read_text())["pairs"]:
            pair = frozenset((first, second))
            if len(pair) != 2 or not pair <= set(self.key) or better not in (first, second, "=") or pair in said:
                raise SystemExit(f"yardstick: {file}: [{first}, {second}, {better}] is no new pair with its better one")
            said[pair] = better
        missing = [pair for pair in map(frozenset, itertools.combinations(self.key, 2)) if pair not in said]
        if missing:
            raise SystemExit(f"yardstick: {file} lacks {len(missing)} pairs, one of {sorted(missing[0])}")
        return said

    def counted(self, pairs: dict) -> dict[str, float]:
        wins = dict.fromkeys(self.key.values(), 0.0)
        for pair, better in pairs.items():
            for letter in pair:
                wins[self.key[letter]] += 0.5 if better == "=" else float(letter == better)
        return wins

    def total(self) -> dict[str, float]:
        return {state: sum(wins[state] for wins in self.wins.values()) for state in self.key.values()}

    def agreement(self) -> float:
        """Mean share of pairs that two readers answer alike; half where only one of them sees no difference."""
        shares = []
        for a, b in itertools.combinations(self.answers.values(), 2):
            shares += [1.0 if a[pair] == b[pair] else 0.5 if "=" in (a[pair], b[pair]) else 0.0 for pair in a]
        return statistics.mean(shares) if shares else float("nan")

    def concordance(self) -> float:
        order = list(self.key.values())
        return kendall_w([[wins[state] for state in order] for wins in self.wins.values()])


class Orders:
    """Of one set: what each yardstick says of each state; higher is better."""

    def __init__(self, rows: list[dict], name: str):
        self.of = collections.defaultdict(dict)
        for row in rows:
            if row["set"] != name or row["state"] == "real":
                continue
            for figure, sign in FIGURES.items():
                if row[figure]:  # there may have been too few pictures for it
                    self.of[row["yardstick"], figure][row["state"]] = sign * float(row[figure])

    def beside(self, one: dict[str, float], other: dict[str, float]) -> str:
        """Spearman over the states that both know, where there are enough; a star where one lacks some."""
        both = sorted(set(one) & set(other))
        if len(both) < 4:
            return "-"
        star = "" if len(both) == max(len(one), len(other)) else "*"
        return f"{spearman([one[state] for state in both], [other[state] for state in both]):.2f}{star}"


def table(titles: list[str], rows: list[list[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def compared(name: str, sets: list[str], orders: dict[str, Orders], others: dict[str, dict]) -> str:
    """A row a yardstick and figure, a column a set: how it ranks beside `others`, by set."""
    kinds = list(dict.fromkeys(kind for one in sets for kind in orders[one].of))

    def row(kind: tuple[str, str]) -> list[str]:
        return [*kind, *(orders[one].beside(orders[one].of[kind], others.get(one, {})) for one in sets)]

    rows = [row(kind) for figure in FIGURES for kind in kinds if kind[1] == figure]
    return f"Spearman with {name}\n\n" + table(["yardstick", "by", *sets], rows)


def tables(rows: list[dict], folder: pathlib.Path, beside: list[str]) -> str:
    sets = list(dict.fromkeys(row["set"] for row in rows))
    orders = {name: Orders(rows, name) for name in sets}
    readers = {name: Readers(folder, name) for name in sets if (folder / "keys" / f"{name}.json").exists()}
    parts = []
    seen = {name: one for name, one in readers.items() if one.answers}
    if seen:
        agreement = [[name, str(len(one.key)), str(len(one.answers)), f"{one.concordance():.2f}",
                      f"{one.agreement():.2f}"] for name, one in seen.items()]
        parts.append(table(["set", "states", "readers", "Kendall's W", "pairs answered alike"], agreement))
        parts.append(compared("the readers", sets, orders, {name: one.total() for name, one in seen.items()}))
    for yardstick in beside:
        parts.append(compared(f"KID of {yardstick}", sets, orders,
                              {name: orders[name].of.get((yardstick, "kid"), {}) for name in sets}))
    return "\n\n".join(parts)
