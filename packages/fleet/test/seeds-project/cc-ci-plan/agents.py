#!/usr/bin/env python3
"""In the place of the old engine, which is not known: launch.sh beside it stands in for what it did."""
