"""Keeping numbers of people out of the server's log."""

import logging
import re

NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{11,19}[Xx]?(?![0-9A-Za-z])")


def scrubbed(text: str) -> str:
    """Replace long numbers by their last four characters."""
    return NUMBER.sub(lambda match: f"***{match[0][-4:]}", text)


class ScrubFilter(logging.Filter):
    """Scrubs the finished message of every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = scrubbed(record.getMessage()), None
        return True
