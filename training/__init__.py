"""What makes the learned files of the project. Not installed with it."""
