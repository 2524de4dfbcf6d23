"""What the tables hold: the traces of every incident, and everyday rows around them."""
