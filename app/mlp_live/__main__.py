"""``python -m mlp_live``."""

from mlp_live.cli import main

if __name__ == "__main__":
    main()
