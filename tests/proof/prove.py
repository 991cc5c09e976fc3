#!/usr/bin/env python3
"""Proves the error bounds that headers claim, with the source's own constants.

Every {name} and {name[i]} of a proof is a constant of the source, read from
there when the proof runs: neither can drift from the other. Gappa proves its
goals or fails; a Sollya proof prints "proved" for each of its claims.

    prove.py             runs every proof; exit code 1 if one fails
    prove.py --mistaken  the same with the last digit of every first constant
                         changed by much: every proof that has one must fail
"""

import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NUMBER = r"-?0x[0-9a-f]\.[0-9a-f]+p[-+]?\d+"


def constants_of(path, names):
    """{name: number or list of numbers} of `constexpr double name...`."""
    text = (ROOT / path).read_text()
    found = {}
    for name in names:
        match = re.search(rf"\b{name}(?:\[\w*\])? = (\{{[^}}]*\}}|[^;]*);", text)
        if match is None:
            sys.exit(f"{path}: no constant {name}")
        numbers = re.findall(NUMBER, match.group(1))
        found[name] = numbers if match.group(1)[0] == "{" else numbers[0]
    return found


def table_coefficients(path):
    """The numbers of ExpByTable's polynomial, in the order of the source."""
    text = (ROOT / path).read_text()
    body = text[text.index("void ExpByTable("):]
    body = body[:body.index("\n}\n")]
    return {"kTable": re.findall(NUMBER + "(?=f)", body)[-3:]}


def all_constants():
    constants = constants_of("sampler/arithmetic/exp.h", [
        "kLog2E", "kLn2Head", "kLn2Tail", "kExpCoefficients"])
    constants |= constants_of("sampler/arithmetic/log.h", ["kLogCoefficients"])
    constants |= constants_of("sampler/kernels/exp_float-inl.h",
                              ["kCoefficients"])
    constants |= table_coefficients("sampler/kernels/exp_float-inl.h")
    return constants


def filled(proof, constants):
    def value(match):
        name, index = match.groups()
        number = constants[name]
        return number if index is None else number[int(index)]
    return re.sub(r"\{(k\w+)(?:\[(\d+)\])?\}", value, proof)


def mistaken(constants):
    """The same, 2^-12 of each first number off."""
    def off(number):
        value = float.fromhex(number) * (1 + 2.0 ** -12)
        return value.hex()
    return {name: off(value) if isinstance(value, str)
            else [off(value[0])] + value[1:-1] + [off(value[-1])]
            for name, value in constants.items()}


def holds(path, text):
    """Is it proved? And what the prover said."""
    if path.suffix == ".g":
        command = ["gappa"]
    else:
        command = ["sollya"]
        text += "quit;\n"
    run = subprocess.run(command, input=text, text=True, timeout=300,
                         capture_output=True)
    said = run.stdout + run.stderr
    if path.suffix == ".g":
        return run.returncode == 0 and "Error" not in said, said
    claims = text.count('print("proved")')
    return (run.returncode == 0 and said.count("proved") == claims
            and claims > 0), said


def main(arguments):
    constants = all_constants()
    wrong = arguments == ["--mistaken"]
    if wrong:
        constants = mistaken(constants)
    failed = 0
    for path in sorted(HERE.glob("*.g")) + sorted(HERE.glob("*.sollya")):
        proof = path.read_text()
        text = filled(proof, constants)
        proved, said = holds(path, text)
        print(f"{path.name}: {'proved' if proved else 'not proved'}")
        # A polynomial's roundings hardly depend on its digits; its distance
        # from the function does.
        tells = path.suffix == ".sollya"
        if wrong and tells and proved:
            print("  with wrong constants, too: it proves nothing")
            failed += 1
        if not wrong and not proved:
            print(said)
            failed += 1
    return 1 if failed else 0


sys.exit(main(sys.argv[1:]))
