"""Circuit boards drawn at random: layout, defects, and what a scanner does to them."""
