#!/usr/bin/env python3
"""Stands in for the old engine: says where the phases stand."""
import pathlib, tomllib

HERE = pathlib.Path(__file__).resolve().parent
CONFIG = tomllib.loads((HERE / "agents.toml").read_text())
INDEX = int((pathlib.Path(CONFIG["defaults"]["log_dir"]) / "state/phase-idx").read_text())
PHASES = CONFIG["loop"]["phases"]
print(f"phase: {PHASES[INDEX]['id']} [{INDEX + 1}/{len(PHASES)}] plan={PHASES[INDEX]['plan']} (in progress)")
