"""What ends the stack before it was asked to stop."""


class Failure(Exception):
    """Something the person at the keyboard has to know; the text is all that is shown."""


class Stopped(Exception):
    """SIGINT, SIGTERM or SIGHUP came."""
