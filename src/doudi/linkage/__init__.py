"""Price linkage as content: rule files, index figures, the month's trigger and each group's amount.

Pure Python, no framework and no database.  Index figures are whole hundredths of a percent,
money is an exact fraction of a fen until it is rounded as the place says.
"""
