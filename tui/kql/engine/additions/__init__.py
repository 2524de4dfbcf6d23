"""What the engine adds to duckdb-kql: operators, functions and forms it does not know."""
