"""Who replies is asked of git, outside any repository, and a missing answer comes with the command that gives it."""

import subprocess
from pathlib import Path

import pytest

from uringreview.errors import EnvironmentProblem
from uringreview.review.identity import read_identity


@pytest.fixture
def config(masked_host: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user configuration of our own; no GIT_AUTHOR_ in the environment."""
    path = masked_host / "gitconfig"
    path.touch()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(path))
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    return path


def test_name_address_and_signature_come_from_the_users_configuration(config: Path) -> None:
    config.write_text("[user]\n\tname = Rita Reviewer\n\temail = rita@kernel.example\n[format]\n\tsignature = R.\n")
    identity = read_identity()
    assert (identity.name, identity.email, identity.signature) == ("Rita Reviewer", "rita@kernel.example", "R.")


def test_mail_goes_out_from_the_address_that_send_email_uses(config: Path) -> None:
    config.write_text(
        "[user]\n\tname = Rita\n\temail = rita@home.example\n[sendemail]\n\tfrom = Rita R <rita@work.example>\n"
    )
    assert (read_identity().name, read_identity().email) == ("Rita R", "rita@work.example")


@pytest.mark.parametrize(
    ("text", "command"),
    [("", "git config --global user.email"), ("[user]\n\temail = r@x.example\n", "git config --global user.name")],
)
def test_a_missing_identity_names_the_command_that_sets_it(config: Path, text: str, command: str) -> None:
    config.write_text(text)
    with pytest.raises(EnvironmentProblem, match=command):
        read_identity()


def test_a_repository_does_not_name_its_reader(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text("[user]\n\tname = Rita\n\temail = rita@kernel.example\n")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "config", "user.email", "evil@example.org"], check=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / ".git"))
    assert read_identity().email == "rita@kernel.example"


def test_a_broken_configuration_is_one_sentence(config: Path) -> None:
    config.write_text("[user\nname = x\n")
    with pytest.raises(EnvironmentProblem, match="cannot read its configuration"):
        read_identity()
