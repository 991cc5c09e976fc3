llama-server --samplers "penalties;top_k;temperature;min_p" --top-k 30 --temp 1.2
