#!/usr/bin/env python3
"""Tests the tests: changes one place of the source at a time and looks whether
a test fails.

    mutate.py BUILD [--per-file N] [--seed S] [--only PART_OF_A_NAME]... [--cmake ARGUMENT]...

BUILD gets a copy of HEAD (a git worktree) and a build of it; the checkout is
not touched. Of each file of TESTS_OF, N mutants are chosen by the seed. A mutant
is

    killed      by a test that fails, crashes or does not end
    survived    all of its file's tests pass: write a test, or explain it in
                README.md
    invalid     it does not compile, or is the same program

Prints a line a mutant as it goes, and the score in the end. Standard library
only.
"""

import argparse
import pathlib
import random
import re
import subprocess
import sys
import time

# The nearest tests of every file.
TESTS_OF = {
    "sampler/arithmetic/mass.cc": ["mass_test"],
    "sampler/arithmetic/code_interval.cc": ["arithmetic_test"],
    "sampler/bounds/nucleus.cc": ["mass_bounds_test", "candidates_test"],
    "sampler/bounds/draw.cc": ["mass_bounds_test", "draw_test"],
    "sampler/bounds/weights.cc": ["mass_bounds_test"],
    "sampler/bounds/typical.cc": ["mass_bounds_test", "candidates_test"],
    "sampler/bounds/chunk_sums.cc": ["mass_bounds_test"],
    "sampler/bounds/mass_bounds.cc": ["mass_bounds_test",
                                      "scanned_bounds_test"],
    "sampler/bounds/scanned_sums.cc": ["scanned_bounds_test"],
    "sampler/bounds/split_sums.cc": ["mass_bounds_test"],
    "sampler/candidates/changes.cc": ["candidates_test", "stages_test"],
    "sampler/candidates/truncate.cc": ["candidates_test", "stages_order_test"],
    "sampler/candidates/mask.cc": ["mask_test"],
    "sampler/rows/ranked.cc": ["candidates_test"],
    "sampler/rows/exact_masses.cc": ["candidates_test"],
    "sampler/rows/dense_row.cc": ["dense_row_test"],
    "sampler/kernels/select.cc": ["select_test"],
    "sampler/kernels/sort.cc": ["sort_test"],
    "sampler/history/repeats.cc": ["repeats_test"],
    "sampler/history/phases.cc": ["phases_test"],
    "sampler/history/loops.cc": ["loops_test"],
    "sampler/history/token_counts.cc": ["history_test"],
    "sampler/random/random.cc": ["random_test"],
    "sampler/random/gumbel.cc": ["gumbel_noise_test"],
    "sampler/logs/journal/journal_record.cc": ["journal_test"],
    "sampler/logs/journal/journal_reader.cc": ["journal_test"],
    "sampler/logs/rows/narrow.cc": ["narrow_test"],
    "sampler/logs/rows/missing_rows.cc": ["recover_damage_test"],
    "sampler/logs/npz/inflate.cc": ["inflate_test"],
    "sampler/speculative/rejection.cc": ["rejection_test"],
    "sampler/speculative/block_verification.cc": ["block_verification_test"],
    "sampler/speculative/residual.cc": ["tree_test", "block_verification_test"],
    "sampler/speculative/tree.cc": ["tree_test"],
    "sampler/watermark/sha256.cc": ["sha256_test"],
    "sampler/watermark/green_list.cc": ["watermark_test"],
    "sampler/watermark/synthid_mark.cc": ["synthid_test"],
    "sampler/watermark/gumbel_mark.cc": ["watermark_test"],
}

# What is looked for, and what it becomes.
OPERATORS = [
    (r" < ", " <= "),
    (r" <= ", " < "),
    (r" > ", " >= "),
    (r" >= ", " > "),
    (r" == ", " != "),
    (r" != ", " == "),
    (r" && ", " || "),
    (r" \|\| ", " && "),
    (r" \+ ", " - "),
    (r" - ", " + "),
    (r" \* (?=[\w(])", " / "),
    (r" \+= ", " -= "),
    (r"\+\+(?=\w)", "--"),
    (r"\bmax\(", "min("),
    (r"\bmin\(", "max("),
    (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"),
    (r"(?<=[\s(])1(?=[;,)\s])", "2"),
    (r"(?<=[\s(])0(?=[;,)\s])", "1"),
    (r"\bif \((?=\w+\.?\w*\()", "if (!"),
    (r"(?m)^( +)(\w[\w.\->]*\([^;{}]*\);)$", r"\1;"),  # A call that is left out.
]


def code_spans(text):
    """The parts of the text that are neither comment, string nor directive."""
    skipped = re.compile(
        r'//[^\n]*|"(?:\\.|[^"\\\n])*"|^#[^\n]*|static_assert\([^;]*;'
        r"|^ +template <[^\n]*|\bassert\([^\n]*",
        re.M,
    )
    begin = 0
    for match in skipped.finditer(text):
        yield begin, match.start()
        begin = match.end()
    yield begin, len(text)


def mutants(text):
    """Every (place, end, replacement), in the order of the text."""
    found = []
    for pattern, replacement in OPERATORS:
        for begin, end in code_spans(text):
            for match in re.finditer(pattern, text[begin:end]):
                found.append(
                    (
                        begin + match.start(),
                        begin + match.end(),
                        match.expand(replacement),
                    )
                )
    return sorted(found)


def run(command, timeout, **more):
    """None: it did not end in time."""
    try:
        return subprocess.run(
            command,
            timeout=timeout,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            **more,
        ).returncode
    except subprocess.TimeoutExpired:
        return None


class Mutation:
    def __init__(self, folder, cmake):
        self.tree = folder / "tree"
        # Where other builds have theirs, so that a compiler cache knows it.
        self.build = self.tree / "build" / "dev"
        root = pathlib.Path(__file__).resolve().parent.parent.parent
        if not self.tree.exists():
            subprocess.run(
                ["git", "-C", root, "worktree", "add", "--detach", self.tree],
                check=True,
            )
        # What a run that was ended left behind.
        subprocess.run(["git", "-C", self.tree, "checkout", "-q", "."], check=True)
        subprocess.run(
            ["cmake", "-S", self.tree, "-B", self.build, "-G", "Ninja",
             "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O1",
             "-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON", *cmake],
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def make(self, tests):
        return run(["ninja", "-C", self.build, *tests], None)

    def programs(self, tests):
        return [next(self.build.rglob(f"tests/**/{test}")) for test in tests]

    def run_test(self, program, timeout):
        return run(
            [program, "--gtest_brief=1", "--gtest_fail_fast"],
            timeout,
            env={"SAMPLER_TEST_SHARE": "5", "PATH": "/usr/bin:/bin"},
        )

    def time_tests(self, tests):
        """Seconds that each may take: ten times what it takes as it is."""
        allowed = []
        for program in self.programs(tests):
            began = time.monotonic()
            if self.run_test(program, None) != 0:
                sys.exit(f"{program}: fails as it is")
            allowed.append(20 + 10 * (time.monotonic() - began))
        return allowed

    def try_one(self, path, text, mutant, tests, allowed):
        begin, end, replacement = mutant
        path.write_text(text[:begin] + replacement + text[end:])
        if self.make(tests) != 0:
            return "invalid", ""
        for test, program, timeout in zip(tests, self.programs(tests), allowed):
            code = self.run_test(program, timeout)
            if code != 0:
                return "killed", f"{test}{' (no end)' if code is None else ''}"
        return "survived", ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--per-file", type=int, default=12)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--cmake", action="append", default=[])
    options = parser.parse_args()
    work = Mutation(options.build.resolve(), options.cmake)
    scores = {"killed": 0, "survived": 0, "invalid": 0}
    for name, tests in TESTS_OF.items():
        if options.only and not any(part in name for part in options.only):
            continue
        path = work.tree / name
        text = path.read_text()
        if work.make(tests) != 0:
            sys.exit(f"{name}: its tests do not build as they are")
        allowed = work.time_tests(tests)
        all_of_it = mutants(text)
        chosen = random.Random(options.seed + name).sample(
            all_of_it, min(options.per_file, len(all_of_it))
        )
        try:
            for mutant in sorted(chosen):
                began = time.monotonic()
                outcome, by = work.try_one(path, text, mutant, tests, allowed)
                scores[outcome] += 1
                line = text.count("\n", 0, mutant[0]) + 1
                was = text[mutant[0] : mutant[1]].strip()
                print(
                    f"{outcome:8} {name}:{line} `{was}` -> "
                    f"`{mutant[2].strip()}` {by} "
                    f"({time.monotonic() - began:.0f} s)",
                    flush=True,
                )
        finally:
            path.write_text(text)
    valid = scores["killed"] + scores["survived"]
    print(
        f"{scores['killed']} of {valid} mutants killed, "
        f"{scores['invalid']} invalid"
    )


if __name__ == "__main__":
    main()
