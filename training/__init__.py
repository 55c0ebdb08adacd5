"""Makes the learned files: the ranking's weights, the encoder of sentences, the reader of questions with texts.

Nothing here is installed with Sanad or needed to run it. `training.calibrate` learns `index/retrieval/ranking.json`
from what the retriever measures; `training.encoder` and `training.reader` stand on their own and want PyTorch.
README.md says where the data come from.
"""
