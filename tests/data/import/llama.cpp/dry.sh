llama-server --dry-multiplier 0.8 --dry-base 1.75 --dry-sequence-breaker none --xtc-probability 0.5
