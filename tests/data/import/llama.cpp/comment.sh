./llama-cli -m x.gguf --temp 0.7 # hot: --top-k 5, don't
