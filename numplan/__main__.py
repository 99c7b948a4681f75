"""Run numplan as `python -m numplan`."""

from numplan.cli.main import main

if __name__ == "__main__":
    main()
