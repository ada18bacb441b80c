"""The run engine: the worker that runs a method, and those who launch, follow, queue and stop it."""
