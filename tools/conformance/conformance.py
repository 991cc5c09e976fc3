#!/usr/bin/env python3
"""The conformance lab: real engines against their own definitions.

    conformance.py run ENGINE --model PATH --output FOLDER
    conformance.py check FOLDER|FILE ...
    conformance.py pack FOLDER FILE
    conformance.py page FILE ...
    conformance.py excerpt FILE

`run` wants the engine and NumPy; the others want token_sampler and NumPy.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run an engine, write what it gave")
    run.add_argument("engine")
    run.add_argument("--model", required=True)
    run.add_argument("--output", required=True, type=Path)
    run.add_argument("--only", nargs="+", help="settings, by name")
    run.add_argument("--draws", type=int, default=2000)
    run.add_argument("--resume", action="store_true",
                     help="leave out what the folder has")
    check = commands.add_parser("check", help="hold a run against its law")
    check.add_argument("runs", nargs="+", type=Path)
    pack = commands.add_parser("pack", help="make a small file of a run")
    pack.add_argument("folder", type=Path)
    pack.add_argument("file", type=Path)
    page = commands.add_parser("page", help="the published table")
    page.add_argument("files", nargs="+", type=Path)
    excerpt = commands.add_parser(
        "excerpt", help="what an adapter's page says of its engine's settings")
    excerpt.add_argument("file", type=Path)
    return parser.parse_args()


def main() -> int:
    options = parsed()
    if options.command == "run":
        from lab.running import run
        from lab.settings import SETTINGS

        if options.engine not in SETTINGS:
            print(f'conformance.py: got "{options.engine}", want one of '
                  f"{', '.join(SETTINGS)}", file=sys.stderr)
            return 2
        run(options.engine, options.model, options.output, options.only,
            options.draws, options.resume)
        return 0
    from lab.checks import check_run
    from lab.packed import pack, read
    from lab.page import excerpt, page, summary

    if options.command == "pack":
        pack(options.folder, options.file)
        return 0
    if options.command == "page":
        print(page([read(file) for file in options.files]), end="")
        return 0
    if options.command == "excerpt":
        print(excerpt(read(options.file)), end="")
        return 0
    differing = 0
    for path in options.runs:
        run_ = read(path)
        verdicts = check_run(run_)
        print(summary(run_, verdicts))
        differing += sum(v.result != "PASS" for v in verdicts)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
