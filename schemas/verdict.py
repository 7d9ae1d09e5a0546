from typing import Literal

Verdict = Literal["pass", "fail", "review"]
"""`review` means: a person must look, because the evidence does not decide."""

EXIT_CODES: dict[Verdict, int] = {"pass": 0, "fail": 1, "review": 3}
ERROR_EXIT_CODE = 2
