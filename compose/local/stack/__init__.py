"""The parts of run.py: a private Watchtower on this machine."""
