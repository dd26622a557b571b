"""``moderation reviewers``: the people who decide."""

from typing import Annotated

import typer

from api.cli.store import open_database

app = typer.Typer(help="People who may sign in to the console.", no_args_is_help=True)


@app.command()
def add(
    email: str,
    merchant: Annotated[str, typer.Option(help="The shop whose cases they decide.")] = "default",
    role: Annotated[str, typer.Option(help="reviewer, senior, lead, auditor or admin.")] = "reviewer",
    pseudonym: Annotated[str, typer.Option(help="What shops see; made from the role when empty.")] = "",
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)] = "",
) -> None:
    """Add a reviewer; asks for the password when it is not given."""
    from api.customers import merchants
    from api.customers.reviewers import add_reviewer
    from api.storage.ids import new_id

    shown = pseudonym or f"{role.capitalize()} {new_id('x')[-4:]}"
    with open_database().writing() as session:
        owner = merchants.find_merchant(session, merchant)
        reviewer = add_reviewer(session, owner.id, email, shown, role, password)
    typer.echo(f"{reviewer.id}  {reviewer.email}  {reviewer.role}  shown as {reviewer.pseudonym!r}")


@app.command()
def bind(
    email: str,
    queue: Annotated[
        list[str] | None, typer.Option(help="A queue, like brand or language:tr; repeat for more.")
    ] = None,
    language: Annotated[list[str] | None, typer.Option(help="A language, like de; repeat for more.")] = None,
) -> None:
    """Offer a reviewer cases of these queues and languages only; without any, all again."""
    from api.customers.reviewers import bind_reviewer

    with open_database().writing() as session:
        reviewer = bind_reviewer(session, email, queue or (), language or ())
    typer.echo(f"{email}: queues {_listed(reviewer.queues)}; languages {_listed(reviewer.languages)}.")


@app.command()
def disable(email: str) -> None:
    """Refuse a reviewer from now on; what they decided stands."""
    from api.customers.reviewers import disable_reviewer

    with open_database().writing() as session:
        disable_reviewer(session, email)
    typer.echo(f"{email} can no longer sign in.")


@app.command()
def change(
    email: str,
    role: Annotated[str | None, typer.Option(help="reviewer, senior, lead, auditor or admin.")] = None,
    password: Annotated[bool, typer.Option("--password", help="Ask for a new password.")] = False,
) -> None:
    """Give a reviewer another role, or a new password; they sign in again."""
    from api.customers.reviewers import change_reviewer

    if role is None and not password:
        raise typer.BadParameter("Say what changes: --role ROLE, --password or both.")
    new = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if password else None
    with open_database().writing() as session:
        reviewer = change_reviewer(session, email, role, new)
    typer.echo(f"{reviewer.email} is {reviewer.role}" + (" and has a new password." if password else "."))


@app.command()
def reset(email: str) -> None:
    """Forget the second factor of a reviewer whose device is lost; they set up a new one when they sign in."""
    from api.customers.reviewers import reset_second_factor

    with open_database().writing() as session:
        reset_second_factor(session, email)
    typer.echo(f"{email} has no second factor any more, and signs in again.")


@app.command("list")
def list_reviewers() -> None:
    """Show all reviewers."""
    from sqlmodel import select

    from api.storage.tables import Merchant, Reviewer

    with open_database().reading() as session:
        for reviewer, owner in session.exec(select(Reviewer, Merchant).where(Reviewer.merchant_id == Merchant.id)):
            state = "disabled" if reviewer.disabled_at else "active"
            bounds = ", ".join([*reviewer.queues, *reviewer.languages])
            told = f"{reviewer.id}  {owner.name}  {reviewer.email}  {reviewer.role}  {reviewer.pseudonym}  {state}"
            typer.echo(f"{told}  {bounds}".rstrip())


def _listed(values: list[str]) -> str:
    return ", ".join(values) or "all"
