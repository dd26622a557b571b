"""``moderation keys``: the checkouts' keys."""

from typing import Annotated

import typer

from api.cli.store import open_database

app = typer.Typer(help="Keys with which checkouts call the API.", no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What the key is for, e.g. checkout.")],
    merchant: Annotated[str, typer.Option(help="The shop; made when it is new.")] = "default",
    scope: Annotated[
        list[str] | None, typer.Option(help="Repeat for several; default: screenings and webhooks.")
    ] = None,
    policy: Annotated[str, typer.Option(help="Policy of a shop that is new.")] = "balanced",
    test: Annotated[bool, typer.Option("--test", help="Orders of this key are for trying: none is real.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Requests a minute; default: the setting's.")] = None,
) -> None:
    """Make a key and print its token, once."""
    from sqlmodel import select

    from api.customers import merchants
    from api.storage.tables import Merchant

    with open_database().writing() as session:
        owner = session.exec(select(Merchant).where(Merchant.name == merchant)).first()
        if owner is None:
            owner = merchants.add_merchant(session, merchant, policy)
            typer.echo(f"{merchant} is a new shop, under the policy {policy}.", err=True)
        scopes = scope or ["screenings:write", "screenings:read", "webhooks"]
        key, token = merchants.create_key(session, owner.id, name, scopes, "test" if test else "live")
        key.requests_per_minute = limit
    typer.echo(f"{key.id} for {merchant}: {', '.join(scopes)}{', for trying only' if test else ''}", err=True)
    typer.echo(token)


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(metavar="KEY_ID")]) -> None:
    """Refuse a key from now on."""
    from api.customers import merchants

    with open_database().writing() as session:
        merchants.revoke_key(session, key_id)
    typer.echo(f"{key_id} is revoked.")


@app.command("list")
def list_keys() -> None:
    """Show all keys; never their tokens."""
    from sqlmodel import select

    from api.customers import merchants
    from api.storage.tables import ApiKey, Merchant

    with open_database().reading() as session:
        for key, owner in session.exec(select(ApiKey, Merchant).where(ApiKey.merchant_id == Merchant.id)):
            used = f"last used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
            state = "good" if merchants.is_good(key) else "revoked"
            state += f" until {key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at and state == "good" else ""
            typer.echo(f"{key.id}  {owner.name}  {key.name}  {','.join(key.scopes)}  {state}  {used}")
