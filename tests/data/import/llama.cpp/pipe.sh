cd /srv && ./llama-server --temp 0.5 2>&1 | tee --append log
