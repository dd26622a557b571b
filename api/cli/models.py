"""``moderation models``: list, verify and compile toxicity models, and write the model card."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Toxicity models: what is there, whether it is sound, and how to compile one.", no_args_is_help=True
)

Directory = Annotated[
    Path | None,
    typer.Option(
        help="Where compiled models live; otherwise $MODERATION_MODEL_DIRECTORY or .models.", show_default=False
    ),
]


@app.command("list")
def list_models(directory: Directory = None) -> None:
    """Name the models that can be chosen, and which of them are compiled here."""
    from moderation.errors import ModelError
    from moderation.toxicity.loading import compiled_folder, compiled_models
    from moderation.toxicity.official import OFFICIAL

    states = dict(compiled_models(directory))
    names = dict.fromkeys(("default", *OFFICIAL, *(folder.name.rsplit("-", 2)[0] for folder in states)))
    for name in names:
        try:
            folder = compiled_folder(name, directory)
            typer.echo(f"{name:16} compiled in {folder}: {states[folder]}")
        except ModelError:
            typer.echo(f"{name:16} not compiled")


@app.command()
def verify(
    name: Annotated[str, typer.Argument(help="A compiled model's name.")] = "default", directory: Directory = None
) -> None:
    """Check every hash of the shipped pack and of a compiled model; exit 1 when something is damaged."""
    from moderation.toxicity.compiled import read_compiled
    from moderation.toxicity.loading import compiled_folder
    from moderation.toxicity.pack import read_pack

    if name == "default":
        pack = read_pack()
        typer.echo(f"pack      {pack.sha256[:12]}  {pack.folder}: every file has its hash")
    folder = compiled_folder(name, directory)
    compiled = read_compiled(folder)
    typer.echo(f"compiled  {compiled.version}  {folder}: every file has its hash")
    typer.echo(f"          {compiled.precision}, {len(compiled.classes)} classes, window {compiled.window} tokens")
    typer.echo(
        f"          differs from Detoxify by {compiled.parity_fp32:.1e} (fp32) and {compiled.parity:.3f} (as served)"
    )


@app.command("compile")
def compile_command(
    name: Annotated[
        str, typer.Argument(help="default, an official name, or a path to a Detoxify checkpoint.")
    ] = "default",
    directory: Directory = None,
    sha256: Annotated[
        str | None, typer.Option(help="What the checkpoint file must hash to; required for a file.", show_default=False)
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            help="Config and tokenizer of the checkpoint's base model; otherwise its own folder.", show_default=False
        ),
    ] = None,
) -> None:
    """Compile a model for serving. Done before, it only verifies; the default takes under a minute."""
    from moderation.errors import ModelError
    from moderation.toxicity.loading import compile_model
    from moderation.toxicity.official import OFFICIAL

    path = Path(name) if name not in ("default", *OFFICIAL) else None
    if path is not None and not path.is_file():
        raise ModelError(
            f"{name} is neither an official model ({', '.join(OFFICIAL)}) nor a checkpoint file. Correct the name or path."
        )
    typer.echo(f"{compile_model(path.stem if path else name, directory, checkpoint=path, base=folder, sha256=sha256)}")


@app.command()
def report(
    data: Annotated[
        Path,
        typer.Option(help="Folder with the labelled sources, test.jsonl.gz among them.", exists=True, file_okay=False),
    ],
    output: Annotated[Path, typer.Option(help="The model card; its pictures go into a folder beside it.")] = Path(
        "docs/model-card.md"
    ),
    directory: Directory = None,
) -> None:
    """Measure the compiled default model on held-back data and write the model card."""
    from moderation.toxicity.report import write_report

    write_report(data, output, directory)
    typer.echo(f"{output}")
