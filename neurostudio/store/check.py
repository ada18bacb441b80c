"""What is wrong with a project: the part of ``neurostudio doctor PROJECT`` that looks at the index and the files it names."""

from sqlalchemy import select

from neurostudio.core.provenance import size_of
from neurostudio.core.run_folder import RunFolder
from neurostudio.store.read import datasets
from neurostudio.store.tables import artifacts, runs
from neurostudio.store.write import Store

MOST_DAMAGES_NAMED = 5


def check(store: Store) -> list[str]:
    """One sentence for each thing that is damaged or missing; empty for a sound project.

    Sizes are compared, not checksums: those would read every byte of the project.
    """
    with store.reading() as connection:
        damages = connection.exec_driver_sql(f"PRAGMA quick_check({MOST_DAMAGES_NAMED})").scalars().all()
        run_ids = {row.id: row.run_id for row in connection.execute(select(runs.c.id, runs.c.run_id))}
        outputs = connection.execute(select(artifacts.c.run, artifacts.c.name, artifacts.c.path, artifacts.c.size)).all()
    rebuild = f"Run `neurostudio doctor {store.project} --rebuild`."
    problems = [f"The index is damaged: {damage}. {rebuild}" for damage in damages if damage != "ok"]
    folders = {run: RunFolder(store.project / "runs" / run_id) for run, run_id in run_ids.items()}
    problems += [
        f"Run {folder.id} is in the index, but {folder.request_file} is missing. Restore it from a copy."
        for folder in folders.values()
        if not folder.request_file.is_file()
    ]
    for run, name, path, size in outputs:
        file = folders[run].path / path
        if not file.exists():
            problems.append(f"The artifact '{name}' of run {run_ids[run]} is missing: {file}.")
        elif (found := size_of(file)) != size:
            problems.append(
                f"The artifact '{name}' of run {run_ids[run]} was changed: {found} bytes instead of {size} in {file}."
            )
    problems += [f"The data set '{row.name}' is missing: {row.path}." for row in datasets(store) if not row.path.exists()]
    return problems
