"""`sanad evaluate`: a test set in, numbers with intervals and a report out. See README.md here for every definition."""
