"""The public Python API: what a person can do with a project, as plain functions.

>>> from neurostudio.app.project import Project  # doctest: +SKIP
>>> with Project.create("my-study") as project:  # doctest: +SKIP
...     import_data(project, ["reviews.tsv"])
...     run(project, make_request(project, "spiking.text", inputs={"train": ["reviews"]}))
"""
