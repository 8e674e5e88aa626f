"""`python -m sandbox import_statement --person alice@example.com FILE…`: bank statements."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sandbox.people.models import Person
from sandbox.statements.actions import Outcome, import_statements
from sandbox.statements.reading import read_file
from sandbox.statements.statement import StatementError, in_words


class Command(BaseCommand):
    help = "Import MT940 and camt.053 statements as a person's history, each file whole or not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--person", required=True, help="e-mail address")
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        person = Person.objects.filter(email=options["person"].lower()).first()
        if person is None:
            raise CommandError(f"Nobody here has the address {options['person']}.")
        refused = 0
        for path in options["files"]:
            try:
                statements = read_file(path)
                outcome = import_statements(person, statements)
            except StatementError as refusal:
                refused += 1
                self.stderr.write(f"{path.name}: not imported, {refusal}")
                continue
            self._tell(path, outcome, len(statements))
        if refused:
            raise CommandError(f"{refused} of {len(options['files'])} files were not imported.")

    def _tell(self, path: Path, outcome: Outcome, statements: int) -> None:
        self.stdout.write(
            f"{path.name}: {statements} statements, imported: {outcome.imported}, "
            f"already there: {outcome.already_there}"
        )
        for note in outcome.notes[:20]:
            self.stdout.write(f"  note: {note}")
        if len(outcome.notes) > 20:
            self.stdout.write(f"  and {len(outcome.notes) - 20} more notes")
        for account, (balance, currency) in outcome.balances.items():
            self.stdout.write(f"  {account}: {in_words(balance, currency)}")
