llama-cli --sampler-seq kmt --min-p 0.1 --temp 0.9
