"""Makes the learned files: the encoder of sentences and the reader of questions with texts.

Nothing here is needed to run Sanad and nothing of Sanad is imported. `python -m training.encoder` and
`python -m training.reader` are the commands; README.md says where the data come from.
"""
