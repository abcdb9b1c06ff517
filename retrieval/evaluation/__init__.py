"""How good answers and passages are: questions with known answers, what counts as right, and what must always hold."""
