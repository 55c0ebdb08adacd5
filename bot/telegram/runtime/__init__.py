"""The bot at work: its start and end, queues, threads, logs and counters."""
