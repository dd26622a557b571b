"""``moderation holds``: the switch that sends everything to review, and back."""

from typing import Annotated

import typer

from api.cli.store import open_database

app = typer.Typer(help="Send all orders of a shop, a brand or a campaign to a person; and back.", no_args_is_help=True)

MerchantOption = Annotated[str, typer.Option(help="The shop.")]


@app.command()
def place(
    note: Annotated[str, typer.Argument(help="Why; for those who wonder about full queues.")],
    merchant: MerchantOption = "default",
    brand: Annotated[str | None, typer.Option(help="Only orders of this brand.")] = None,
    campaign: Annotated[str | None, typer.Option(help="Only orders of this campaign.")] = None,
) -> None:
    """From now on a person reads every order; running servers know at once."""
    from api.customers import holds
    from api.customers.merchants import find_merchant

    with open_database().writing() as session:
        shop = find_merchant(session, merchant)
        held = holds.place_hold(session, shop.id, holds.OPERATOR, note, brand, campaign)
    typer.echo(f"{held.id}: a person reads {holds.name_of(held)} of {merchant}. Back: moderation holds lift {held.id}")


@app.command()
def lift(hold_id: Annotated[str, typer.Argument(metavar="HOLD_ID")], merchant: MerchantOption = "default") -> None:
    """Back to automatic answers; what waits for a person goes on waiting."""
    from api.customers import holds
    from api.customers.merchants import find_merchant

    with open_database().writing() as session:
        shop = find_merchant(session, merchant)
        held = holds.lift_hold(session, shop.id, hold_id, holds.OPERATOR)
    typer.echo(f"{held.id} is lifted: {holds.name_of(held)} of {merchant} is answered by itself again.")


@app.command("list")
def list_holds(merchant: MerchantOption = "default") -> None:
    """Show what is held now."""
    from api.customers import holds
    from api.customers.merchants import find_merchant

    with open_database().reading() as session:
        for held in holds.holds_in_force(session, find_merchant(session, merchant).id):
            since = f"since {held.created_at:%Y-%m-%d %H:%M}"
            typer.echo(f"{held.id}  {holds.name_of(held)}  {since}  by {held.placed_by}  {held.note}")
