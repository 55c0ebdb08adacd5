"""Values: settings and errors. Imports nothing of ours."""
