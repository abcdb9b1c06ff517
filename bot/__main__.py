"""The command line: `python -m bot COMMAND`, also installed as `briefing`."""

from __future__ import annotations

import logging
import os
import sys
from importlib import import_module

import click

from bot.commands.output import use_utf8
from bot.logs import TokenFilter
from bot.settings import BadSetting

COMMANDS = ("run", "ask", "search", "ingest", "digest", "sources", "evaluate", "reindex", "doctor")
_INTERRUPTED = 130
_log = logging.getLogger(__name__)


class Commands(click.Group):
    """The commands, one a file of `bot/commands/`, each imported when it is called for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"bot.commands.{cmd_name}"), cmd_name)
        return command if isinstance(command, click.Command) else None


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="briefing-bot", prog_name="briefing", message="%(prog)s %(version)s")
def program() -> None:
    """Answers questions on one story with cited passages, and sends digests of what changed."""


def main() -> None:
    """Runs one command. Whatever goes wrong is one line on standard error, and a code above zero."""
    os.environ.update(LANGSMITH_TRACING="false", LANGCHAIN_TRACING_V2="false")  # nothing is told to third parties
    use_utf8()
    code, line = _outcome()
    if line:
        print(f"briefing: {TokenFilter().redact(' '.join(line.split()))}", file=sys.stderr)
    sys.exit(code)


def _outcome() -> tuple[int, str]:
    try:
        result = program.main(prog_name="briefing", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        print(help_wanted.format_message())
        return help_wanted.exit_code, ""
    except click.ClickException as fault:
        return fault.exit_code, _with_hint(fault)
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED, ""
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1, ""
    except BadSetting as fault:
        return 1, str(fault)
    except Exception as fault:  # the last resort: a person is never shown a traceback
        from retrieval.service import Trouble

        if isinstance(fault, Trouble):
            return 1, str(fault)
        _log.debug("an unexpected fault", exc_info=True)
        return 1, f"an unexpected fault, {type(fault).__name__}: {fault} (BRIEFING_LOG_LEVEL=debug shows where)"
    return (result if isinstance(result, int) else 0), ""


def _with_hint(fault: click.ClickException) -> str:
    message = fault.format_message()
    if isinstance(fault, click.UsageError) and fault.ctx is not None:
        return f"{message.rstrip('.')} (see {fault.ctx.command_path} --help)"
    return message


if __name__ == "__main__":
    main()
