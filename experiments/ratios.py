"""Sets the recipes of a table of experiments/recipes.py beside one another: a line for each data set, size, length and seed, with
both recipes' KID by every network and their ratio. A ratio below 1: the first recipe is better.

  experiments/ratios.py docs/recipes.csv default example --lengths 5m 5m
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
    rows = {(row["data"], int(row["size"]), row["recipe"], row["length"], int(row["seed"])): row
            for row in csv.DictReader(open(arguments.table))}
    first, second = arguments.recipes
    print(f"| pictures | px | seed | images | KID A: {first} | {second} | ratio A | B | C |\n|" + "---|" * 9)
    ratios = collections.defaultdict(list)
    for length, other in arguments.lengths:
        for (data, size, recipe, found, seed), row in sorted(rows.items()):
            beside = rows.get((data, size, second, other, seed))
            if recipe != first or found != length or not beside:
                continue
            shares = []
            for letter in "abc":
                kid = f"kid_{letter}"
                is_there = row[kid] and beside[kid]
                shares.append(f"{float(row[kid]) / float(beside[kid]):.3f}" if is_there else "-")
                if is_there:
                    ratios[letter].append(float(row[kid]) / float(beside[kid]))
            print(f"| {data} | {size} | {seed} | {int(row['images']):,} / {int(beside['images']):,} | "
                  f"{shown(row['kid_a'], row['kid_a_error'])} | {shown(beside['kid_a'], beside['kid_a_error'])} | "
                  f"{' | '.join(shares)} |")
    for letter, values in ratios.items():
        print(f"\nratio by {letter.upper()}: {min(values):.3f} to {max(values):.3f}, median {statistics.median(values):.3f}")


if __name__ == "__main__":
    main()
