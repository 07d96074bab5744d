"""Run once, by hand: values of other packages into files of the pack."""
