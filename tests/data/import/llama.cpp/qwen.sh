llama-server -hf org/qwen-gguf --temp 0.6 --top-p 0.95 --top-k 20 --min-p 0 --presence-penalty 1.5 -fa on --port 8080
