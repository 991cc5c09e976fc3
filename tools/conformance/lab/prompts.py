"""The texts that every engine continues, as ids of SmolLM2-135M-Instruct."""

PROMPTS = {
    "rivers": [504, 1296, 7626, 359],  # The three rivers are
    "village": [6403, 1980, 253, 655, 28, 281, 253, 1165, 6560, 411, 260,
                3426, 28, 665, 4161],
    "code": [1604, 3987, 46477, 24, 94, 727, 472, 585, 304, 10204, 216, 33,
             42, 448, 1003, 304, 472, 1003],
    # one two three one two three one two
    "counting": [537, 827, 1296, 582, 827, 1296, 582, 827],
}

# The prompt after which draws are taken.
DRAWN = 0
