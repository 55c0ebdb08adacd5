"""Values that everything else may import: the settings and the errors. Imports nothing of ours, and builds nothing."""
