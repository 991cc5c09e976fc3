llama-cli --control-vector-layer-range 5 10 --temp 0.8 --seed 7 --single-turn --no-display-prompt
