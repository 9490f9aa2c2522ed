"""Write side of payments: the public verbs, each told in the module that does it."""

from doudi.payments.checking import check_run, hold_line, release_line
from doudi.payments.files import hand_out, make_bank_file
from doudi.payments.returns import load_return, load_return_bytes
from doudi.payments.runs import approve_run, cancel_run, close_run, freeze_run, retry_returned

__all__ = [
    "approve_run",
    "cancel_run",
    "check_run",
    "close_run",
    "freeze_run",
    "hand_out",
    "hold_line",
    "load_return",
    "load_return_bytes",
    "make_bank_file",
    "release_line",
    "retry_returned",
]
