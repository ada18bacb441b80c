"""Settings of the methods for brain data, one module a method; pydantic and core only."""
