"""What a person wants to be told, chosen and tried out; it decides nothing by itself."""
