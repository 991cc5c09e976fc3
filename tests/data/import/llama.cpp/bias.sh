llama-cli --logit-bias 15043+1.5 --logit-bias 29871-inf --temp 0
