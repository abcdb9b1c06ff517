"""Makes the weights: `reader` and `cross_encoder` the networks, with `listwise` (these need torch), `ranker` the linear models.

Nothing here runs in the bot.
"""
