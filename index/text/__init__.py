"""Forms and parts of text: search form, sentences, passages, encodings. No model, no store."""
