"""Who the reviewer is, as git has it.

The order is git's own: sendemail.from for mail that goes out (git-send-email(1)), then GIT_AUTHOR_*, author.*, user.*
and EMAIL (git-commit(1), "Commit information"). git is asked outside any repository: a clone under review must not
name its reader.
"""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path

from uringreview.errors import EnvironmentProblem
from uringreview.mail.message import Address

_ASK = 'git config --global user.email "you@example.org"'
_ASK_NAME = 'git config --global user.name "Your Name"'
_TIMEOUT_SECONDS = 10
# These carry the user's configuration; every other GIT_ variable may point into a repository.
_KEPT = ("GIT_CONFIG", "GIT_AUTHOR_", "GIT_EXEC_PATH")


@dataclass(frozen=True, slots=True)
class Identity:
    """The reviewer's mailbox, and the text under `-- ` of what goes out."""

    name: str
    email: str
    signature: str

    @property
    def address(self) -> Address:
        """The mailbox."""
        return Address(self.name, self.email)


def read_identity() -> Identity:
    """The identity that git is configured with.

    Raises EnvironmentProblem where git is missing, or no name or address is configured, with the command that
    sets it.
    """
    settings = _settings()
    environment = os.environ
    sent_name, sent_email = parseaddr(settings.get("sendemail.from", ""))
    email = (
        sent_email
        or environment.get("GIT_AUTHOR_EMAIL", "")
        or settings.get("author.email", "")
        or settings.get("user.email", "")
        or environment.get("EMAIL", "")
    ).strip()
    name = (
        sent_name
        or environment.get("GIT_AUTHOR_NAME", "")
        or settings.get("author.name", "")
        or settings.get("user.name", "")
    ).strip()
    if not email or "@" not in email:
        raise EnvironmentProblem(f"git knows no mail address to reply from; set it with: {_ASK}")
    if not name:
        raise EnvironmentProblem(f"git knows no name to reply with; set it with: {_ASK_NAME}")
    return Identity(name, email, settings.get("format.signature") or name)


def _settings() -> Mapping[str, str]:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key.startswith(_KEPT)
    }
    # The root is in no repository that a user reviews; the ceiling keeps git from looking further than asked.
    environment |= {"LC_ALL": "C", "GIT_CEILING_DIRECTORIES": "/", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        answer = subprocess.run(
            ["git", "config", "--list", "-z"],
            cwd=Path("/"),
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise EnvironmentProblem("git is not installed; install it with: sudo apt install git") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EnvironmentProblem(f"git could not be asked for its configuration ({error}).") from error
    if answer.returncode:
        reason = answer.stderr.decode("utf-8", "replace").strip().splitlines()
        raise EnvironmentProblem(f"git cannot read its configuration: {reason[0] if reason else 'no reason given'}")
    pairs = (entry.partition("\n") for entry in answer.stdout.decode("utf-8", "replace").split("\0") if entry)
    return {key: value for key, _, value in pairs}
