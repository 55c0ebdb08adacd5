"""The command `sanad`: what it reads, prints and ends with."""
