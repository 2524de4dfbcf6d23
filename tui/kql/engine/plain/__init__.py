"""Functions of Kusto computed in Python, for which SQL has no words."""
