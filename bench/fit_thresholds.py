#!/usr/bin/env python3
"""Which thresholds of support follow from the tune halves? The rule of decision 0008, as a program.

Usage: python3 bench/fit_thresholds.py [--footnote PROGRAM] [--config FILE] [--questions N] SET.jsonl.gz ...

Measures by `footnote eval attribution --half tune` at every step, prints a line per setting (means over the
sets), and ends with the choice:

v0  the highest that costs no more than .003 of the gold sources that reworded answers pay;
e0  then raised while a step gains at least .001 of the share that goes to gold on reworded answers.
"""
import argparse
import json
import subprocess

WORDING = [200_000, 300_000, 350_000, 400_000, 500_000]
MEANING = [350_000, 450_000, 550_000, 650_000]
PAID_LOST_MOST = 0.003
SHARE_GAINED_LEAST = 0.001


def main():
    asked = argparse.ArgumentParser(description="Fit the thresholds of support on tune halves.")
    asked.add_argument("--footnote", default="footnote", help="the program to measure with")
    asked.add_argument("--config", help="configuration file, for the embedding model")
    asked.add_argument("--questions", default="700", help="most questions of a set")
    asked.add_argument("sets", nargs="+", help="judged sets in the layout of SQuAD")
    measure = Measure(asked.parse_args())

    lowest = measure(WORDING[0], MEANING[0])
    wording = WORDING[0]
    for candidate in WORDING[1:]:
        figures = measure(candidate, MEANING[0])
        if lowest["gold_paid"] - figures["gold_paid"] > PAID_LOST_MOST:
            break
        wording = candidate
    meaning, share = MEANING[0], measure(wording, MEANING[0])["gold_share"]
    for candidate in MEANING[1:]:
        figures = measure(wording, candidate)
        if figures["gold_share"] - share < SHARE_GAINED_LEAST:
            break
        meaning, share = candidate, figures["gold_share"]
    print(f"v0 = {wording} ppm, e0 = {meaning} ppm")


class Measure:
    """Figures of reworded answers at two thresholds in ppm, each setting measured once."""

    def __init__(self, asked):
        self.known = {}
        self.sets = len(asked.sets)
        self.command = [asked.footnote, "eval", "attribution", "--half", "tune", "--no-attacks", "--json"]
        self.command += ["--questions", asked.questions]
        self.command += ["--config", asked.config] if asked.config else []
        for path in asked.sets:
            self.command += ["--data", path]
        print("v0 ppm   e0 ppm   gold share   gold paid   precision")

    def __call__(self, wording, meaning):
        if (wording, meaning) not in self.known:
            self.known[wording, meaning] = self.run(wording, meaning)
        return self.known[wording, meaning]

    def run(self, wording, meaning):
        least = ["--wording-least-ppm", str(wording), "--meaning-least-ppm", str(meaning)]
        done = subprocess.run(self.command + least, check=True, stdout=subprocess.PIPE)
        sets = json.loads(done.stdout)["sets"].values()
        if len(sets) != self.sets:
            raise SystemExit("sets of one name cannot be told apart: give each file once")
        mean = {
            name: sum(one["reworded"][name] for one in sets) / self.sets
            for name in ("gold_share", "gold_paid", "citation_precision")
        }
        print(f"{wording:>6}   {meaning:>6}   " + "       ".join(f"{value:.4f}" for value in mean.values()), flush=True)
        return mean


if __name__ == "__main__":
    main()
