"""Sets the recipes of a table of experiments/recipes.py beside one another: a line for each data set, size, length and seed, with
both recipes' KID by every network and their ratio. A ratio below 1: the first recipe is better.

  experiments/ratios.py docs/screening.csv d16 d64 --lengths "60k images" "60k images"
"""
import argparse
import collections
import csv
import statistics


def shown(kid: str, error: str) -> str:
    return f"{float(kid):.4f} +- {float(error):.4f}" if kid else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table")
    parser.add_argument("recipes", nargs=2)
    parser.add_argument("--lengths", nargs=2, action="append", metavar=("FIRST", "SECOND"), required=True,
                        help="lengths of both, as in the table; again for another pair")
    arguments = parser.parse_args()
    with open(arguments.table, newline="") as file:
        table = list(csv.DictReader(file))
    # every figure that has an error is a KID, of one network each
    networks = [name for name in table[0] if f"{name}_error" in table[0]] if table else []
    rows = {(row["data"], int(row["size"]), row["recipe"], row["length"], int(row["seed"])): row for row in table}
    first, second = arguments.recipes
    heads = ["pictures", "px", "seed", "images", *(f"{name}: {first} | {second} | ratio" for name in networks)]
    print(f"| {' | '.join(heads)} |\n|" + "---|" * (4 + 3 * len(networks)))
    ratios = collections.defaultdict(list)
    for length, other in arguments.lengths:
        for (data, size, recipe, found, seed), row in sorted(rows.items()):
            beside = rows.get((data, size, second, other, seed))
            if recipe != first or found != length or not beside:
                continue
            cells = []
            for kid in networks:
                share = float(row[kid]) / float(beside[kid]) if row[kid] and beside[kid] else None
                cells += [shown(one[kid], one[f"{kid}_error"]) for one in (row, beside)]
                cells.append(f"{share:.3f}" if share is not None else "-")
                if share is not None:
                    ratios[kid].append(share)
            print(f"| {data} | {size} | {seed} | {int(row['images']):,} / {int(beside['images']):,} | {' | '.join(cells)} |")
    for kid, values in ratios.items():
        print(f"\nratio by {kid}: {min(values):.3f} to {max(values):.3f}, median {statistics.median(values):.3f}")


if __name__ == "__main__":
    main()
