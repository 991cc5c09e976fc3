#!/usr/bin/env python3
"""Proves the error bounds that headers claim, with the source's own constants.

{kName} and {kName[i]} of a proof are constants of the source, read from there
when the proof runs: neither can drift from the other. {claim 1e-16} is a bound
that is claimed. A proof in Gappa is what stands above its first line "---" and
each of the parts below, one at a time; Gappa proves a goal or fails. A Sollya
proof prints "proved" for each of its claims.

    prove.py [NAME...]  runs all proofs, or those; exit code 1 if one fails
    prove.py --mistaken [NAME...]
                        the same with each claim alone made 0.7 of itself, and
                        with polynomials whose first and last constants are off
                        by 2^-12: all of these must fail
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NUMBER = r"-?(?:0x[0-9a-f]+(?:\.[0-9a-f]+)?p[-+]?\d+|\d+(?:\.\d+)?(?:e-?\d+)?)"
CLAIM = re.compile(r"\{claim ([^}]*)\}")
CONSTANT = re.compile(r"\{(k\w+)(?:\[(\d+)\])?\}")
SMALLER = 0.7

# Where each constant stands.
PLACES = {
    "sampler/arithmetic/exp.h": [
        "kLog2E", "kLn2Head", "kLn2Tail", "kExpCoefficients"],
    "sampler/arithmetic/log.h": ["kLogCoefficients"],
    "sampler/arithmetic/numeric.cc": [
        "kLn2", "kPi", "kCosCoefficients", "kSinCoefficients"],
    "sampler/arithmetic/mass.h": ["kWeightRise"],
    "sampler/bounds/deviation_bounds.cc": ["kDoubleSquares"],
    "sampler/bounds/sum_error.h": ["kDoubleError"],
    "sampler/kernels/exp_float-inl.h": ["kCoefficients"],
    "sampler/kernels/exp_sum.h": ["kTermError"],
    "sampler/kernels/exp_sum-inl.h": ["kTermUnits", "kSecondOrder"],
    "sampler/kernels/softmax_term.h": ["kTermCoefficients"],
    "sampler/kernels/spread.cc": ["kSquareUnits"],
}


def constants_of(path, names):
    """{name: number or list of numbers} of `constexpr double name...`."""
    text = (ROOT / path).read_text()
    found = {}
    for name in names:
        match = re.search(rf"\b{name}(?:\[\w*\])? =\s+([^;]*);|"
                          rf"\b{name}(?:\[\w*\])? = (\{{[^}}]*\}});", text)
        if match is None:
            sys.exit(f"{path}: no constant {name}")
        numbers = re.findall(NUMBER, match.group(1) or match.group(2))
        found[name] = numbers if len(numbers) > 1 else numbers[0]
    return found


def table_of_exp_sum():
    """The numbers of ExpByTable: its polynomial's, and the powers of 2."""
    text = (ROOT / "sampler/kernels/exp_float-inl.h").read_text()
    body = text[text.index("void ExpByTable("):]
    body = body[:body.index("\n}\n")]
    # An entry is the bits of a float less i << 19.
    bits = [int(entry, 16) + (i << 19)
            for i, entry in enumerate(re.findall(r"0x[0-9a-f]{8}\b", body))]
    powers = [f"({(1 << 23) + (b & 0x7fffff)} * 2^({(b >> 23) - 150}))"
              for b in bits]
    return {"kTable": re.findall(NUMBER + "(?=f)", body)[-3:],
            "kTablePowers": powers}


def table_of_softmax_terms():
    """The powers of 2 of SoftmaxTerm: bits of a double less i << 49."""
    text = (ROOT / "sampler/kernels/softmax_term.h").read_text()
    body = text[text.index("kEighthPowers[kEighths] = {"):]
    bits = [int(entry, 16) + (i << 49) for i, entry in enumerate(
        re.findall(r"0x[0-9a-f]{16}\b", body[:body.index("};")]))]
    return {"kEighthPowers": [
        f"({(1 << 52) + (b & ((1 << 52) - 1))} * 2^({(b >> 52) - 1075}))"
        for b in bits]}


def all_constants():
    constants = {}
    for path, names in PLACES.items():
        constants |= constants_of(path, names)
    return constants | table_of_exp_sum() | table_of_softmax_terms()


def filled(proof, constants):
    def value(match):
        name, index = match.groups()
        number = constants[name]
        if index is not None:
            return number[int(index)]
        return number if isinstance(number, str) else ", ".join(number)
    return CONSTANT.sub(value, CLAIM.sub(r"\1", proof))


def mistaken(constants):
    """The same, 2^-12 of each polynomial's first and last number off."""
    def off(number):
        return (float.fromhex(number) * (1 + 2.0 ** -12)).hex()
    return {name: [off(value[0])] + value[1:-1] + [off(value[-1])]
            if name.endswith("Coefficients") or name == "kTable" else value
            for name, value in constants.items()}


def proofs_of(path):
    """The proofs of a file."""
    text = "".join(line for line in path.read_text().splitlines(True)
                   if not line.startswith("#"))
    above, *parts = text.split("---\n")
    return [above + part for part in parts] or [above]


def with_one_claim_smaller(proof):
    """[(the claim, the proof with that claim alone made smaller)]."""
    def smaller(match):
        claim = match.group(1)
        number = (float.fromhex(claim) if "x" in claim else float(claim))
        return repr(number * SMALLER)
    claims = list(dict.fromkeys(match.group(1)
                                for match in CLAIM.finditer(proof)))
    return [(claim, re.sub(r"\{claim " + re.escape(claim) + r"\}",
                           lambda m: smaller(CLAIM.match(m.group())), proof))
            for claim in claims]


def run(language, text):
    """Is it proved? And what the prover said."""
    if language == ".g":
        # Without cutting intervals where no proof says so, which may not end.
        command = ["gappa", "-Eno-auto-dichotomy"]
    else:
        command = ["sollya"]
        text += "quit;\n"
    try:
        done = subprocess.run(command, input=text, text=True, timeout=300,
                              capture_output=True)
    except subprocess.TimeoutExpired:
        return False, "no answer in 300 seconds"
    said = done.stdout + done.stderr
    if language == ".g":
        return done.returncode == 0 and "Error" not in said, said
    claims = text.count("\nholds(") + len(
        re.findall(r"^if .*print\(\"proved\"\)", text, re.MULTILINE))
    return (done.returncode == 0 and said.count("proved") == claims
            and claims > 0), said


def cases_of(path, wrong, constants):
    """[(name, proof, whether it must be proved)]."""
    if not wrong:
        return [(path.name, filled(proof, constants), True)
                for proof in proofs_of(path)]
    cases = []
    for proof in proofs_of(path):
        cases += [(f"{path.name}, {claim} made smaller",
                   filled(smaller, constants), False)
                  for claim, smaller in with_one_claim_smaller(proof)]
    # A polynomial's roundings hardly depend on its digits; its distance from
    # the function does.
    if path.suffix == ".sollya" and path.name != "claims.sollya":
        cases.append((f"{path.name}, wrong constants",
                      filled(path.read_text(), mistaken(constants)), False))
    return cases


def main(arguments):
    wrong = "--mistaken" in arguments
    names = [name for name in arguments if name != "--mistaken"]
    constants = all_constants()
    listed = (HERE / "README.md").read_text()
    paths = sorted(path for path in HERE.iterdir()
                   if path.suffix in (".g", ".sollya")
                   and (not names or path.name in names))
    cases = [(path, *case) for path in paths
             for case in cases_of(path, wrong, constants)]
    unlisted = [path.name for path in paths if f"`{path.name}`" not in listed]
    for name in unlisted:
        print(f"{name}: README.md does not say what it proves")
    failed = len(unlisted)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = pool.map(lambda case: run(case[0].suffix, case[2]), cases)
        for (_, name, _, must), (proved, said) in zip(cases, answers):
            print(f"{name}: {'proved' if proved else 'not proved'}")
            if proved == must:
                continue
            failed += 1
            print(said if must else "  nothing is proved by a proof of this")
    print(f"{len(cases)} proofs, {failed} that fail the test")
    return 1 if failed or not cases else 0


sys.exit(main(sys.argv[1:]))
