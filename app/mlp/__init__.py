"""The mathematics: arrays in, arrays out. Knows no file, socket or clock."""
